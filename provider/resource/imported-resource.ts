/**
 * `pulumi import`: an image that something else has pushed, as state is to have it. Its planKey stays unknown, so
 * diff goes by its digest until an update pushes another image.
 * @module
 */
import type { LixImageInputs } from "../../sdk/args.ts";
import type { LayerOutput, LixImageOutputs } from "../../sdk/outputs.ts";
import { isLoopback } from "../base/loopback.ts";
import { Platform, systemOf } from "../formats/oci/platform.ts";
import { Reference, type Repository } from "../formats/oci/reference.ts";
import type { PlatformImage } from "../formats/oci/read-image.ts";
import { DeclaredOutputs } from "./declared-outputs.ts";
import { lookUpImage, type LookUpOptions } from "./look-up-image.ts";
import { toPropertyMap } from "./property-map.ts";
import type { RefreshedResource } from "./refreshed-resource.ts";

/** Undefined: it is not there. @param id `registry/name`, with a tag or digest, or the latest. */
export async function importResource(
  id: string,
  options: LookUpOptions,
): Promise<RefreshedResource | undefined> {
  const found = await lookUpImage(id, options);
  if (found === undefined) return undefined;
  const { outputs, images } = found;
  const { repository, tag } = Reference.parse(id);
  const { revision } = outputs;
  const args: Partial<LixImageInputs> = {
    ...place(repository),
    ...(tag === undefined ? {} : { tag }),
    ...systemsOf(images),
    ...(revision === undefined ? {} : { lixRevision: revision }),
  };
  const [first, ...rest] = images;
  const layers =
    first !== undefined && rest.length === 0
      ? { layers: layersOf(first) }
      : { platforms: withLayers(outputs.platforms, images) };
  return {
    props: toPropertyMap(DeclaredOutputs.complete({ ...args, ...outputs, ...layers })),
    inputs: toPropertyMap(args),
  };
}

/** As most programs write it. */
function place({ host, name, plainHttp }: Repository): Partial<LixImageInputs> {
  const slash = name.lastIndexOf("/");
  const scheme = plainHttp && !isLoopback(host) ? "http://" : "";
  const namespace = slash < 0 ? "" : `/${name.slice(0, slash)}`;
  return { registry: scheme + host + namespace, name: name.slice(slash + 1) };
}

/** None where they are the default, or where an image is of a platform that no lock is for. */
function systemsOf(images: readonly PlatformImage[]): Partial<LixImageInputs> {
  const systems = images.flatMap(({ platform }) => systemOf(platform) ?? []);
  const isDefault = systems.length === 1 && systems[0] === "x86_64-linux";
  return isDefault || systems.length < images.length ? {} : { systems };
}

const layersOf = ({ layers }: PlatformImage): LayerOutput[] =>
  layers.map(({ digest, diffId, size, mediaType }) => ({ digest, diffId, size, mediaType }));

const withLayers = (
  platforms: LixImageOutputs["platforms"],
  images: readonly PlatformImage[],
): LixImageOutputs["platforms"] =>
  Object.fromEntries(
    images.flatMap((image) => {
      const name = Platform.format(image.platform);
      const platform = platforms[name];
      return platform === undefined ? [] : [[name, { ...platform, layers: layersOf(image) }]];
    }),
  );
