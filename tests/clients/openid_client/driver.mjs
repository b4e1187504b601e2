// openid-client, driven by tests: one JSON command a line in, one JSON answer a line out.
import { createInterface } from "node:readline";
import * as client from "openid-client";

const METHODS = {
  client_secret_basic: client.ClientSecretBasic,
  client_secret_post: client.ClientSecretPost,
  none: () => client.None(),
};

let config;
let checks;
let subject;

function told(tokens) {
  if (tokens.claims?.()) subject = tokens.claims().sub;
  return { ...tokens, claims: tokens.claims?.() ?? null, expires_in: tokens.expires_in };
}

const COMMANDS = {
  async discover({ issuer, client_id, client_secret, method, metadata }) {
    const authentication = METHODS[method](client_secret);
    config = await client.discovery(new URL(issuer), client_id, metadata, authentication);
    // Signatures are verified, though what they sign came over TLS.
    client.enableNonRepudiationChecks(config);
    return config.serverMetadata();
  },

  async register({ issuer, initial_access_token, metadata }) {
    config = await client.dynamicClientRegistration(new URL(issuer), metadata, undefined, {
      initialAccessToken: initial_access_token,
    });
    client.enableNonRepudiationChecks(config);
    return config.clientMetadata();
  },

  async authorize({ parameters, pushed }) {
    const verifier = client.randomPKCECodeVerifier();
    const state = client.randomState();
    const nonce = client.randomNonce();
    const request = {
      ...parameters,
      state,
      nonce,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
    };
    checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce };
    const url = pushed
      ? await client.buildAuthorizationUrlWithPAR(config, request)
      : client.buildAuthorizationUrl(config, request);
    return { url: url.href };
  },

  async callback({ url, form }) {
    const current = form
      ? new Request(url, { method: "POST", body: new URLSearchParams(form) })
      : new URL(url);
    return told(await client.authorizationCodeGrant(config, current, checks));
  },

  async refresh({ token, parameters }) {
    return told(await client.refreshTokenGrant(config, token, parameters));
  },

  async userinfo({ token }) {
    return await client.fetchUserInfo(config, token, subject);
  },

  async introspect({ token }) {
    return await client.tokenIntrospection(config, token);
  },

  async revoke({ token }) {
    await client.tokenRevocation(config, token);
    return {};
  },

  async end_session({ parameters }) {
    return { url: client.buildEndSessionUrl(config, parameters).href };
  },

  async device({ parameters }) {
    checks = { device: await client.initiateDeviceAuthorization(config, parameters) };
    return checks.device;
  },

  async poll({ interval }) {
    const device = { ...checks.device, interval };
    return told(await client.pollDeviceAuthorizationGrant(config, device));
  },

  async credentials({ parameters }) {
    return told(await client.clientCredentialsGrant(config, parameters));
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { command, ...given } = JSON.parse(line);
  let answer;
  try {
    answer = { result: await COMMANDS[command](given) };
  } catch (error) {
    answer = {
      error: error.error ?? error.code ?? error.name,
      description: error.error_description ?? error.message,
      status: error.status ?? null,
    };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
