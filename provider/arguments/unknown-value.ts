/**
 * Stands for a value that a preview cannot know, at any depth and whatever the type.
 * @see @pulumi/pulumi runtime/rpc.ts, unknownValue
 */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
