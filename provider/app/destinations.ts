/** Where an image goes, by its arguments. @module */
import type { Archive } from "../../sdk/args.ts";
import type { Destination } from "../destination/destination.ts";
import { dockerArchiveDestination } from "../destination/docker-archive.ts";
import { asHydraProduct } from "../destination/hydra-product.ts";
import { ociArchiveDestination } from "../destination/oci-archive.ts";
import { ociLayoutDestination } from "../destination/oci-layout.ts";
import { registryDestination } from "../destination/registry.ts";
import { targetName, type Spec } from "../arguments/spec.ts";
import { RegistryClient } from "../registry/client.ts";
import type { Session } from "./session.ts";

/** The registry first: it is what other resources wait for, and mirrors beside it mount its blobs. */
export function destinationsOf(session: Session, spec: Spec): Destination[] {
  const { registries: memories } = session;
  const repositories = [spec.repository ?? [], spec.mirrors].flat();
  return [
    ...repositories.map((repository) =>
      registryDestination(new RegistryClient(repository, { memories })),
    ),
    ...archivesOf(spec),
  ];
}

/** Those that need no network. */
export const archivesOf = (spec: Spec): Destination[] =>
  spec.archives.map((archive) => archiveDestination(archive, targetName(spec)));

function archiveDestination(archive: Archive, name: string): Destination {
  const destination = unoffered(archive, name);
  return archive.hydraBuildProducts === true
    ? asHydraProduct(destination, archive.path)
    : destination;
}

function unoffered({ type, path }: Archive, name: string): Destination {
  switch (type) {
    case "docker-archive":
      return dockerArchiveDestination(path, name);
    case "oci-layout":
      return path.endsWith(".tar") ? ociArchiveDestination(path) : ociLayoutDestination(path);
  }
}
