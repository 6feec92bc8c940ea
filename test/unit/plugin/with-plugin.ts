/** A plugin in this process, called by gRPC as the engine does, and all that an image needs. @module */
import { serve } from "../../../provider/plugin/serve.ts";
import { ProviderClient } from "../../protocol/host/provider-client.ts";
import { UNKNOWN, type Properties } from "../../protocol/host/wire.ts";
import { withWorkshop, type Workshop, type WorkshopOptions } from "../../support/workshop.ts";

export const URN = "urn:pulumi:dev::test::lix:index:LixImage::lix";

export interface Plugin {
  readonly client: ProviderClient;
  readonly workshop: Workshop;
  /** Arguments that are enough for an image. */
  readonly args: Properties;
  /** Another process of the same machine, after this one or beside it. */
  another(config?: Properties): Promise<ProviderClient>;
}

/** @param config of the provider. */
export async function withPlugin(
  use: (plugin: Plugin) => Promise<void>,
  config: Properties = {},
  options: WorkshopOptions = {},
): Promise<void> {
  await withWorkshop(options, async (workshop) => {
    const ends: (() => void)[] = [];
    const another = async (settings: Properties = {}): Promise<ProviderClient> => {
      const { port, stop } = await serve();
      const client = new ProviderClient(`127.0.0.1:${port}`);
      ends.push(() => client.close(), stop);
      await client.handshake("");
      await client.configure({ cacheFolder: workshop.cache, ...settings });
      return client;
    };
    try {
      const args = { lock: workshop.world.lockFile, registry: `${workshop.registry.host}/acme` };
      await use({ client: await another(config), workshop, args, another });
    } finally {
      for (const end of ends) end();
    }
  });
}

/** What check answers. Throws what it finds wrong. */
export async function checked(
  client: ProviderClient,
  news: Properties,
  olds: Properties = {},
): Promise<Properties> {
  const preview = JSON.stringify(news).includes(UNKNOWN);
  const { inputs, failures } = await client.check({ urn: URN, olds, news, preview });
  if (failures.length > 0) throw new Error(failures.map(({ reason }) => reason).join("\n"));
  return inputs;
}

/** Creates it, and answers what state has then. */
export async function created(client: ProviderClient, news: Properties) {
  const inputs = await checked(client, news);
  const { id, outputs } = await client.create(URN, inputs);
  return { urn: URN, id, inputs, outputs };
}
