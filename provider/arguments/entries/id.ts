/** Numbers of users and groups. @module */
import { z } from "zod";

/** The largest that runtimes accept. */
export const MAX_ID = 2_147_483_647;
export const id = z.int().min(0).max(MAX_ID);
/** In words. */
export const ID = `a whole number from 0 to ${MAX_ID}`;
