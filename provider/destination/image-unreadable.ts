import { LixImageError } from "../base/errors.ts";

/** A file that should hold an image to look at, and does not, or not all of it. */
export class ImageUnreadable extends LixImageError {
  readonly code = "IMAGE_UNREADABLE";
  constructor(where: string, problem: string, cause?: unknown) {
    super(`${where}: no image can be read from it: ${problem}`, {
      hint: "`--oci` reads OCI layouts, as folder or tar; `--docker-archive` what `docker save` writes",
      cause,
    });
  }
}
