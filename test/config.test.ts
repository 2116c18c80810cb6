import { userInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../src/config.js';

describe('the environment', () => {
  it('needs nothing on one machine', () => {
    const config = loadConfig({});

    expect(config).toMatchObject({
      temporal: { remote: false, uiUrl: null },
      http: { caFiles: [], timeoutMs: 30_000, proxy: { https: null, http: null, none: null } },
      nginx: { include: null, config: null, bin: 'nginx', reload: ['nginx', '-s', 'reload'] },
      sites: ['default'],
      logLevel: 'info',
    });
    expect(config.dataDir).toMatch(/[/\\]\.qys-e10$/);
  });

  it('names who gives orders: whoever says so, else the account', () => {
    expect(loadConfig({ QYS_E10_BY: ' 张三 ' }).by).toBe('张三');
    expect(loadConfig({}).by).toBe(userInfo().username);
    expect(() => loadConfig({ QYS_E10_BY: 'x'.repeat(101) })).toThrow(/QYS_E10_BY: give at most 100/);
  });

  it.each(['TEMPORAL_ADDRESS', 'TEMPORAL_PROFILE', 'TEMPORAL_CONFIG_FILE'])('%s means a server elsewhere', (name) => {
    const config = loadConfig({ [name]: 'x' });

    expect(config.temporal).toMatchObject({ remote: true, variables: { [name]: 'x' } });
  });

  it('takes an empty variable for one that is not set', () => {
    expect(loadConfig({ TEMPORAL_ADDRESS: '', QYS_E10_METRICS: ' ' }).temporal.remote).toBe(false);
  });

  it('splits the reload command into words, and gives no shell a chance', () => {
    const config = loadConfig({ QYS_E10_NGINX_RELOAD: `ssh "proxy host" 'nginx -s reload' --opt='a b' $(x)` });

    expect(config.nginx.reload).toEqual(['ssh', 'proxy host', 'nginx -s reload', '--opt=a b', '$(x)']);
  });

  it('finds the proxy variables in both spellings', () => {
    const config = loadConfig({ https_proxy: 'http://proxy.example:3128', NO_PROXY: '.internal' });

    expect(config.http.proxy).toEqual({ https: 'http://proxy.example:3128', http: null, none: '.internal' });
  });

  it('checks a forward before it is live: the include needs the configuration that includes it', () => {
    const include = '/etc/nginx/qys-e10/{tenant}.conf';

    expect(() => loadConfig({ QYS_E10_NGINX_INCLUDE: include })).toThrow(/QYS_E10_NGINX_CONFIG: is needed/);
    expect(loadConfig({ QYS_E10_NGINX_INCLUDE: include, QYS_E10_NGINX_CONFIG: '/etc/nginx/nginx.conf' }).nginx).toEqual(
      {
        include,
        config: '/etc/nginx/nginx.conf',
        bin: 'nginx',
        reload: ['nginx', '-s', 'reload'],
      },
    );
  });

  it('knows the people of the board by their tokens', () => {
    const tokens = (text: string) => loadConfig({ QYS_E10_BOARD_TOKEN: text }).board.tokens;

    expect(loadConfig({}).board.tokens).toEqual([]);
    expect(tokens('0123456789abcdefgh==')).toEqual([{ name: null, token: '0123456789abcdefgh==' }]);
    expect(tokens('张三=0123456789abcdef=, li=fedcba9876543210')).toEqual([
      { name: '张三', token: '0123456789abcdef=' },
      { name: 'li', token: 'fedcba9876543210' },
    ]);
    expect(() => tokens('li=short')).toThrow(/QYS_E10_BOARD_TOKEN: each token needs at least 16/);
    expect(() => tokens('a=0123456789abcdef,b=0123456789abcdef')).toThrow(/two names have the same token/);
  });

  it('names every variable that it cannot use, and the cure', () => {
    const load = () =>
      loadConfig({
        QYS_E10_CA_FILE: '/no/such/ca.pem',
        QYS_E10_HTTP_TIMEOUT: 'soon',
        QYS_E10_NGINX_INCLUDE: '/etc/nginx/acme.conf',
        QYS_E10_PEOPLE_KEEP_DAYS: '0.5',
        QYS_E10_SITES: 'East Site',
        QYS_E10_LOG_LEVEL: 'loud',
        QYS_E10_METRICS: '9464',
        HTTPS_PROXY: 'proxy.example:3128',
      });

    expect(load).toThrow(ConfigError);
    expect(load).toThrow(/QYS_E10_CA_FILE: .*PEM/);
    expect(load).toThrow(/QYS_E10_HTTP_TIMEOUT: give seconds/);
    expect(load).toThrow(/QYS_E10_NGINX_INCLUDE: must hold \{tenant\}/);
    expect(load).toThrow(/QYS_E10_PEOPLE_KEEP_DAYS: give whole days/);
    expect(load).toThrow(/QYS_E10_SITES: .*lower-case/);
    expect(load).toThrow(/QYS_E10_LOG_LEVEL: use trace/);
    expect(load).toThrow(/QYS_E10_METRICS: give host:port/);
    expect(load).toThrow(/HTTPS_PROXY: give a full address/);
  });
});
