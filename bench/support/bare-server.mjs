/** The floor: what Node itself takes to read a request and send these bytes. Started by `startBare`. */
import { Buffer } from 'node:buffer';
import { createServer } from 'node:http';

process.once('message', ({ status, headers, body }) => {
  const bytes = Buffer.from(body, 'base64');
  const server = createServer((request, response) => {
    const answer = () => {
      response.writeHead(status, headers);
      response.end(bytes);
    };
    if (request.method === 'GET') return answer();
    request.resume();
    request.on('end', answer);
  });
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
});
process.on('disconnect', () => process.exit());
