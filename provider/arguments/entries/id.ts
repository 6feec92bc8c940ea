/** Numbers of users and groups. @module */
import { z } from "zod";

export const id = z.int().min(0).max(2_147_483_647);
/** In words. */
export const ID = "a whole number from 0 to 2147483647";
