/**
 * For the unit tests: whatever opens a socket or starts a process fails at once and says where it belongs. Lint refuses
 * the imports that do so directly; this finds those that do it through the gateway's own modules.
 */
import { ChildProcess } from 'node:child_process';
import { Server, Socket } from 'node:net';

function refuse(what: string, where: string): () => never {
  return () => {
    throw new Error(`a unit test ${what}: such a test belongs in ${where}`);
  };
}

Server.prototype.listen = refuse('opens a server', 'test/http');
Socket.prototype.connect = refuse('opens a connection', 'test/http');
Object.assign(ChildProcess.prototype, { spawn: refuse('starts a process', 'test/integration') });
