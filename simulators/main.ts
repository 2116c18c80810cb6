import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { batchFileOf } from './batch-file.js';
import { demoFaults, demoTenants } from './demo.js';
import { startWorld } from './world.js';
import { readArguments } from './arguments.js';

// Runs the simulated outside systems alone, until Ctrl-C: for a try with your own commands.
const given = readArguments(process.argv.slice(2));
if ('text' in given) {
  (given.code === 0 ? process.stdout : process.stderr).write(given.text);
  process.exit(given.code);
}
const { firstPort, skin } = given;
const folder = join('.qys-e10', 'simulators');
await mkdir(folder, { recursive: true });

// Here the reader is the administrator who adds the forward.
const proxyFile = resolve(folder, 'forward-later.nginx.conf');
await writeFile(proxyFile, '# location = /QYSPrivateCallbackServlet { … }\n');
const tenants = demoTenants.map((spec) => ({
  ...spec,
  web: { ...spec.web, skin },
  ...(spec.id === 'forward-later' ? { proxyFile } : {}),
}));

const ports =
  firstPort === 0 ? {} : { console: firstPort, openApi: firstPort + 1, signing: firstPort + 2, oaFrom: firstPort + 3 };
const world = await startWorld({ tenants, ports });
demoFaults(world);

const { yaml, env } = batchFileOf(world, 'simulated');
const batchFile = join(folder, 'simulated.batch.yaml');
const envFile = join(folder, 'simulated.env');
await writeFile(batchFile, yaml);
const exports = Object.entries(env).map(([name, value]) => `export ${name}=${value}\n`);
const logins = world.tenants.map(({ id, at, administrator: { user, password } }) => {
  return `# ${id}: console ${at.console}/web/ signing platform ${at.signing}/ user ${user} password ${password}\n`;
});
await writeFile(envFile, [...exports, ...logins].join(''), { mode: 0o600 });

for (const { id, at, story } of world.tenants) {
  console.log(`${id.padEnd(15)} E10 ${at.e10}  ${at.e9 === at.e10 ? 'E9 upgraded in place' : `E9 ${at.e9}`}  ${story}`);
}
const [{ at, administrator }] = world.tenants as [(typeof world.tenants)[number]];
console.log(`Qiyuesuo: console ${at.console}, open API ${at.openApi}; the other tenants by their id in place of this one.
Its pages for people: ${at.console}/web/ and ${at.signing}/, user ${administrator.user}, password ${administrator.password},
and the digits of the picture. Those of the other tenants stand in ${envFile}.

In another terminal:
  . ${envFile}
  npx qys-e10 plan -f ${batchFile}
forward-later waits for a forward: add it to ${proxyFile}, then
  curl -X POST ${world.tenant('forward-later').at.e10}/__sim/reload-proxy
Ctrl-C ends it.`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void world.close());
