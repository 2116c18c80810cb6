import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Rig } from './rig.js';

/** A site whose worker manages the proxy: nginx checks for real, and a reload is told to the simulated hosts. */
export interface ManagedProxy {
  /** What makes a worker manage it; for `aRig`. */
  env: Record<string, string>;
  /** Gives the tenant a server of nginx; from now on a reload reaches its host. */
  serve(rig: Rig, id: string): void;
  /** The managed file of a tenant; null where there is none. */
  read(rig: Rig, id: string): string | null;
  write(rig: Rig, id: string, text: string): void;
  remove(): void;
}

export function aManagedProxy(): ManagedProxy {
  const folder = mkdtempSync(join(tmpdir(), 'qys-e10-managed-'));
  const includes = join(folder, 'in');
  mkdirSync(includes);
  const hosts = join(folder, 'hosts');
  writeFileSync(hosts, '');
  const reload = join(folder, 'reload.mjs');
  writeFileSync(
    reload,
    `import { readFileSync } from 'node:fs';
for (const host of readFileSync(${JSON.stringify(hosts)}, 'utf8').split('\\n').filter(Boolean))
  await fetch(host + '/__sim/reload-proxy', { method: 'POST' });
`,
  );
  const config = join(folder, 'nginx.conf');
  writeFileSync(
    config,
    `pid ${folder}/nginx.pid; error_log ${folder}/error.log;
events {}
http {
  access_log off;
  include ${folder}/site-*.conf;
}
`,
  );
  const fileOf = (rig: Rig, id: string): string => join(includes, `${rig.tenant(id).id}.conf`);
  return {
    env: {
      QYS_E10_NGINX_INCLUDE: join(includes, '{tenant}.conf'),
      QYS_E10_NGINX_CONFIG: config,
      QYS_E10_NGINX_BIN: nginxOrTrue(),
      QYS_E10_NGINX_RELOAD: `"${process.execPath}" "${reload}"`,
    },
    serve(rig, id) {
      writeFileSync(hosts, `${rig.world.tenant(id).at.e10}\n`, { flag: 'a' });
      const name = rig.tenant(id).id;
      // A pattern, since nginx demands that a plain name exists.
      writeFileSync(
        join(folder, `site-${name}.conf`),
        `server { listen 127.0.0.1:1; server_name ${name}; include ${includes}/${name}.con[f]; }\n`,
      );
    },
    read: (rig, id) => (existsSync(fileOf(rig, id)) ? readFileSync(fileOf(rig, id), 'utf8') : null),
    write: (rig, id, text) => writeFileSync(fileOf(rig, id), text),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function nginxOrTrue(): string {
  try {
    execFileSync('nginx', ['-v'], { stdio: 'ignore' });
    return 'nginx';
  } catch {
    console.warn('no nginx here, so the configuration is not checked by the real one (apt install nginx-light)');
    return 'true';
  }
}
