// Preloaded into every Node server of the recording: a server that would listen on all addresses listens on 127.0.0.1.
const { Server } = require("node:net");

const listen = Server.prototype.listen;
Server.prototype.listen = function (...given) {
  const done = given.filter((argument) => typeof argument === "function").slice(0, 1);
  const [first] = given;
  const port = typeof first === "object" && first !== null ? first.port : first;
  if (typeof port === "string" && !/^\d+$/.test(port)) return listen.apply(this, given); // a file socket
  const number = typeof port === "function" ? 0 : Number(port ?? 0);
  return listen.call(this, { port: number, host: "127.0.0.1" }, ...done);
};
