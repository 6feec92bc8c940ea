/**
 * A provider's error that carries `id`, `properties` and `reasons`: they travel in the details of the
 * gRPC status, a field that grpc-js leaves to its users.
 * @see https://github.com/pulumi/pulumi/blob/master/proto/pulumi/provider.proto ErrorResourceInitFailed
 * @module
 */
import type { ServiceError } from "@grpc/grpc-js";
import proto from "@pulumi/pulumi/proto/provider_pb.js";
import status from "@pulumi/pulumi/proto/status_pb.js";
import { PartialFailure } from "./provider.ts";
import { copySecrets, Properties } from "./wire.ts";

/** The {@link PartialFailure} inside `error`, or the error as it is. */
export function partialFailure(error: unknown, inputs: Properties): unknown {
  const { metadata } = error as Partial<ServiceError>;
  for (const bytes of metadata?.get("grpc-status-details-bin") ?? []) {
    for (const detail of status.Status.deserializeBinary(Buffer.from(bytes)).getDetailsList()) {
      const failure = detail.unpack(
        (packed) => proto.ErrorResourceInitFailed.deserializeBinary(packed),
        "pulumirpc.ErrorResourceInitFailed",
      );
      if (failure === null) continue;
      const outputs = copySecrets(inputs, Properties.fromStruct(failure.getProperties()));
      return new PartialFailure({ id: failure.getId(), outputs }, failure.getReasonsList());
    }
  }
  return error;
}
