// A repository in Amazon ECR and the image in it. The login is looked up when the registry asks for one, in the
// usual AWS variables and files; it is no argument and is not in state.
import * as aws from "@pulumi/aws";
import { LixImage } from "pulumi-lix";

const repository = new aws.ecr.Repository("images", {
  imageTagMutability: "MUTABLE", // an immutable repository takes each tag once: use tag: "{planKey}" there
  imageScanningConfiguration: { scanOnPush: true },
});

const image = new LixImage("lix", {
  repository: repository.repositoryUrl, // unknown at the first preview, and the digest is known all the same
  compression: "zstd",
});

export const { ref, digest } = image;
