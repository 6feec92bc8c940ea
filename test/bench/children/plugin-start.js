/**
 * The plugin from its start to the first answer that an engine gets: `node plugin-start.js`. It is asked by plain
 * HTTP/2, because a second copy of gRPC would be in the memory that is measured.
 */
import { connect } from "node:http2";
import { serve } from "../../../dist/provider/plugin/serve.js";

const { port, stop } = await serve();
const client = connect(`http://127.0.0.1:${port}`);
const request = client.request({
  ":method": "POST",
  ":path": "/pulumirpc.ResourceProvider/Handshake",
  "content-type": "application/grpc",
  te: "trailers",
});
// Not compressed, and no bytes: a message without fields.
request.end(Buffer.from([0, 0, 0, 0, 0]));
const answer = await new Promise((resolve, reject) => {
  request.on("trailers", resolve).on("error", reject).resume();
});
if (answer["grpc-status"] !== "0") throw new Error(String(answer["grpc-message"]));
client.close();
stop();
