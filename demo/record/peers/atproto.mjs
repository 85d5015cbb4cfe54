// One AT Protocol network on loopback: the PLC directory and a personal data server, both as their authors publish them.
// usage: node --require ./loopback.cjs atproto.mjs PLC_PORT PDS_PORT EMPTY_DATA_FOLDER PDS_HOSTNAME HANDLE_DOMAIN
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { Database, PlcServer } from "@did-plc/server";
import { PDS, envToCfg, envToSecrets } from "@atproto/pds";

const [plcPort, pdsPort, folder, hostname, handleDomain] = process.argv.slice(2);
for (const name of ["data", "blobs"]) mkdirSync(`${folder}/${name}`, { recursive: true });

const plc = PlcServer.create({ db: Database.mock(), port: Number(plcPort) }); // its own store in memory
await plc.start();

const settings = {
  devMode: true, // handles end in .test, which the public network refuses
  port: Number(pdsPort),
  hostname,
  serviceHandleDomains: [handleDomain],
  dataDirectory: `${folder}/data`,
  blobstoreDiskLocation: `${folder}/blobs`,
  didPlcUrl: `http://127.0.0.1:${plcPort}`,
  inviteRequired: false,
  jwtSecret: randomBytes(16).toString("hex"),
  adminPassword: randomBytes(16).toString("hex"),
  plcRotationKeyK256PrivateKeyHex: process.env.PLC_ROTATION_KEY ?? randomBytes(32).toString("hex"), // a test names it
};
const pds = await PDS.create(envToCfg(settings), envToSecrets(settings));
await pds.start();
console.log("READY");

for (const signal of ["SIGTERM", "SIGINT"]) {
  process.on(signal, async () => {
    await pds.destroy();
    await plc.destroy();
    process.exit(0);
  });
}
