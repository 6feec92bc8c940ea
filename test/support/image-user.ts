import type { ImageUser } from "../../provider/formats/rootfs/image-user.ts";

/** What `user: { name: "lix", uid: 1000 }` means. */
export const LIX: ImageUser = {
  kind: "fixed",
  name: "lix",
  uid: 1000,
  gid: 1000,
  group: "lix",
  home: "/home/lix",
  shell: undefined,
};
