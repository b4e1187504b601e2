// A Cognito user pool: cognito-local, and in front of it what it lacks of Cognito: metadata that
// name its endpoints, a nonce in ID tokens, a client secret that is checked.
// One argument: the port. Data are in the folder .cognito below the current one.
const { createHash } = require("node:crypto");
const { readFileSync } = require("node:fs");
const { createDefaultServer } = require("cognito-local/lib/server");
const { pem } = require("cognito-local/lib/keys/cognitoLocal.private.json");
const express = require("express");
const jwt = require("jsonwebtoken");
const pino = require("pino");

const port = Number(process.argv[2]);
const origin = `http://localhost:${port}`;
const nonces = new Map();

const metadata = (pool) => ({
  issuer: `${origin}/${pool}`,
  jwks_uri: `${origin}/${pool}/.well-known/jwks.json`,
  authorization_endpoint: `${origin}/oauth2/authorize`,
  token_endpoint: `${origin}/oauth2/token`,
  response_types_supported: ["code", "token"],
  subject_types_supported: ["public"],
  id_token_signing_alg_values_supported: ["RS256"],
  token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
});

const secretOf = (client) =>
  JSON.parse(readFileSync(".cognito/db/clients.json", "utf8")).Clients[client]?.ClientSecret;

// Keyed by the challenge of PKCE, the only thing of the request that comes again with the code.
const withNonce = (answer, verifier) => {
  const nonce = nonces.get(createHash("sha256").update(verifier ?? "").digest("base64url"));
  const { payload, header } = jwt.decode(answer.id_token, { complete: true });
  const claims = nonce === undefined ? payload : { ...payload, nonce };
  const options = { algorithm: "RS256", keyid: header.kid };
  return { ...answer, id_token: jwt.sign(claims, pem, options) };
};

const front = express();
front.get("/:pool/.well-known/openid-configuration", (req, res) => {
  res.json(metadata(req.params.pool));
});
front.get("/oauth2/authorize", (req, _, next) => {
  nonces.set(req.query.code_challenge, req.query.nonce);
  next();
});
front.post("/oauth2/token", express.urlencoded({ extended: false }), (req, res, next) => {
  if (secretOf(req.body.client_id) !== req.body.client_secret) {
    res.status(400).json({ error: "invalid_client" });
    return;
  }
  const json = res.json.bind(res);
  res.json = (answer) =>
    json(answer.id_token ? withNonce(answer, req.body.code_verifier) : answer);
  next();
});

createDefaultServer(pino({ level: "error" })).then((server) => {
  front.use(server.application);
  front.listen(port, "127.0.0.1");
});
