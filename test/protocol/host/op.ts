/** What is done to a resource. @module */
export type Op = "create" | "update" | "replace" | "same" | "read" | "delete" | "refresh";
