// A stand-in for a Temporal dev server whose database got stuck: it answers every call for a while, then only with its own
// failure. Plain gRPC over HTTP/2, since the SDK has no server. Arguments as the Temporal CLI has them.
import { createServer } from 'node:http2';

const port = Number(process.argv[process.argv.indexOf('--port') + 1]);
const WELL_FOR_MS = 3_000;
const STUCK = { 'grpc-status': '14', 'grpc-message': 'GetNamespace operation failed. Error interrupted (9)' };
const EMPTY_MESSAGE = Buffer.alloc(5);
const stuckAt = Date.now() + WELL_FOR_MS;

const server = createServer();
server.on('stream', (stream) => {
  stream.on('error', () => undefined);
  stream.resume().once('end', () => {
    const well = Date.now() < stuckAt;
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.once('wantTrailers', () => stream.sendTrailers(well ? { 'grpc-status': '0' } : STUCK));
    stream.end(well ? EMPTY_MESSAGE : undefined);
  });
});
server.listen(port, '127.0.0.1');
