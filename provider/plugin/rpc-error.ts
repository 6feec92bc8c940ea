/** Errors as the engine reads them from gRPC. @module */
import * as grpc from "@grpc/grpc-js";
import proto from "@pulumi/pulumi/proto/provider_pb.js";
import statusProto from "@pulumi/pulumi/proto/status_pb.js";
import any from "google-protobuf/google/protobuf/any_pb.js";
import { LixImageError, render } from "../base/errors.ts";
import { asFailure } from "../base/failure.ts";
import { PartlyPushed } from "../pulumi/partly-pushed.ts";
import { PropertyValues } from "./property-values.ts";

export function rpcError(error: unknown): Partial<grpc.StatusObject> {
  const text = render(asFailure(error));
  // With UNKNOWN the engine would warn that the resource's state may be unknown.
  const cancelled = error instanceof LixImageError && error.code === "CANCELLED";
  const code = cancelled ? grpc.status.CANCELLED : grpc.status.UNKNOWN;
  const metadata = error instanceof PartlyPushed ? initFailed(error, text) : new grpc.Metadata();
  return { code, details: text, metadata };
}

/**
 * The engine records the resource, and the next `up` updates it. It shows the reasons alone.
 * @see https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md `grpc-status-details-bin`
 */
function initFailed({ id, properties }: PartlyPushed, text: string): grpc.Metadata {
  const failed = new proto.ErrorResourceInitFailed();
  failed.setId(id).setProperties(PropertyValues.write(properties)).setReasonsList([text]);
  const detail = new any.Any();
  detail.pack(failed.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new statusProto.Status();
  status.setCode(grpc.status.UNKNOWN).setMessage(text).addDetails(detail);
  const metadata = new grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return metadata;
}
