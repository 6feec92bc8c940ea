/**
 * Node's HTTP client. Imported, the module would load all of undici as well: an import reads every export, and three
 * of them (`WebSocket` and its events) are getters that load it. That is a tenth of what a push takes.
 * @module
 */
const http = process.getBuiltinModule("node:http");

export const HttpAgent = http.Agent;
export const httpRequest = http.request;
export const validateHeaderName = http.validateHeaderName;
export const validateHeaderValue = http.validateHeaderValue;
