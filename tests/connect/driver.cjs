// What Atlassian's own library makes of calls: one JSON object a line in, one out.
'use strict';
const querystring = require('node:querystring');
const readline = require('node:readline');
const jwt = require('atlassian-jwt');

function canonical({ method, target, base }) {
  const query = target.includes('?') ? target.slice(target.indexOf('?') + 1) : '';
  const request = { method, originalUrl: target, query: { ...querystring.parse(query) } };
  return {
    canonical: jwt.createCanonicalRequest(request, false, base),
    qsh: jwt.createQueryStringHash(request, false, base),
  };
}

function sign({ claims, secret, algorithm }) {
  return { jwt: jwt.encode(claims, secret, algorithm) };
}

const commands = { canonical, sign };

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const asked = JSON.parse(line);
  let answer;
  try {
    answer = commands[asked.command](asked);
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
});
