// Gives a DID another handle in the PLC directory, behind the back of the server that still answers for the old one.
// usage: node rename.mjs PLC_URL DID ROTATION_KEY_HEX NEW_HANDLE   (in the folder of the installed AT Protocol servers)
import { createRequire } from "node:module";

const require = createRequire(`${process.cwd()}/`);
const { Secp256k1Keypair } = require("@atproto/crypto");
const { Client } = require("@did-plc/lib");

const [directory, did, key, handle] = process.argv.slice(2);
await new Client(directory).updateHandle(did, await Secp256k1Keypair.import(key), handle);
