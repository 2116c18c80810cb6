/**
 * The console's pages for people, backed by the same state as the contract. Nobody outside has seen the original: the words
 * are those of the procedure (`facts/official-procedure.zh.md`), the rest is switchable (`tenant/web-quirks.ts`).
 *
 * | address below `/t/<id>` | what |
 * | --- | --- |
 * | `/web/`, `/web/login` | 管理平台: shell of every page, login; `world.tenant(id).at.console` leads here |
 * | `/signing/`, `/signing/login` | 签署平台, on a port of its own: 业务分类 |
 * | `/web/api/<page>/<action>` | what the pages' script asks for: `load`, `save`, `switch`, `run`, … below |
 *
 * Journal and faults know these paths without `/t/<id>`, as system `console`: `/web/api/integration/save`. Effects have the
 * names of the contract; a save that also switches has `integration.oaVersion+integration.fields`, a 完成 that also starts
 * a run `people-sync+people-sync.run`. `changed` in the journal tells whether anything stood otherwise afterwards.
 *
 * | page | path of the menu | place |
 * | --- | --- | --- |
 * | integration | 集成中心 → 集成管理 → 泛微ecology集成 → 集成配置信息 | `/ecology/config` |
 * | people-sync | … → 泛微ecology集成 → 组织人员同步 (同步设置, 同步记录, 人员列表) | `/ecology/sync`, `…/runs`, `…/people` |
 * | callback | 集成中心 → 集成登录 → 泛微ecology集成 → 编辑应用 → 回调地址 | `/app/callback` |
 * | categories | 印控中心 → 业务分类 (用印流程), or 系统管理 → 业务分类 at the console | `/categories` |
 * | integration, public | 集成中心 → 集成管理 → 泛微E-cology10集成, 泛微E-cology集成 | `/ecology10`, `/ecology9` |
 *
 * Faults are those of every system (`latency`, `error-after` for stored and then 500, `timeout-after` with `ms: 0` for
 * stored and then a closed socket, `reset` for a closed socket before, `truncated`, …) and those of pages, which strike
 * together. `field` has the names of the contract (`appSecret`, `url`, `schedule`, …; `oaVersion` for the select); none is all.
 *
 * | page fault | on a request to | what happens |
 * | --- | --- | --- |
 * | `session-over` | load, save, document | the session ends here; `after: n` ends it after n requests |
 * | `not-stored` | save, switch, run | 保存成功, and nothing is stored |
 * | `drops-field` + field | save | 保存成功, all but this field is stored |
 * | `overwritten` + field, text | save | stored, and another administrator writes `text` there right after |
 * | `normalises-url` | save | addresses get a slash at the end |
 * | `error-toast-after` | save | stored, and an error is shown |
 * | `refused`, `busy`, `no-right` | save | nothing is stored; the page says `text`, 操作频繁 or 无权限 |
 * | `no-right` | load | 无权限 in place of the page |
 * | `label-missing`, `label-twice`, `label-renamed` + field, text | load | as they say |
 * | `late-labels`, `late-values` + field, ms | load | the label, or its value, comes so much later |
 * | `option-missing` + field, text | load | the select or radio lacks this option |
 * | `other-kind` + field, text | load | a control of another kind: `text`, `select`, `switch`, `radio` |
 * | `read-only` + field; `save-disabled` | load | cannot be edited, cannot be saved |
 * | `half-page` | load | the second half of the form and its 保存 are missing |
 * | `notice` + ms, text | load | 系统公告 with 我知道了 |
 * | `unknown-dialog`, `native-alert` + ms, text | load | a dialog nobody expects; `alert()` |
 * | `save-dialog`, `save-dialog-unknown`, `save-alert` + ms, text | load | at the click on 保存: 确定, an unknown dialog, `alert()` |
 * | `late-dialog` + ms | load | the dialog of the switch appears so much later |
 * | `guards-leaving` | load | `beforeunload` asks until it was saved |
 */
import type { Hono } from 'hono';
import type { Kernel } from '../../kernel/kernel.js';
import { readFields, readJson } from '../../kernel/payload.js';
import type { SystemEnv } from '../../kernel/system.js';
import type { Customer } from '../../tenant/customer.js';
import type { ConsoleContext } from '../answers.js';
import { faultOf, type Act, type Ask } from './ask.js';
import { assetOf } from './assets.js';
import { loadCallback, saveCallback, switchCallback } from './callback.js';
import { loadCategories, loadCategory, saveCategory } from './categories.js';
import { page, shell } from './documents.js';
import { loadIntegration, saveIntegration, switchIntegration } from './integration.js';
import { captchaOf, captchaPicture, loginPage } from './login.js';
import { pollNotices } from './notices.js';
import { loadPeople, loadPeopleSync, loadRuns, loadTree, savePeopleSync, startSync } from './people-sync.js';
import { beginSession, cookieOf, documentWithoutSession, endSession, sessionOf, sessionOver } from './sessions.js';
import type { Platform } from './web-state.js';

type Answer = (c: ConsoleContext, customer: Customer) => Response | Promise<Response>;

interface Route {
  act: Act;
  /** Which platforms have it; by default the console of the private cloud. */
  on?: 'public-too' | 'categories' | 'everywhere';
  writes?: true;
}

const ROUTES: Record<string, Route> = {
  'notices/poll': { act: pollNotices, on: 'everywhere' },
  'integration/load': { act: loadIntegration, on: 'public-too' },
  'integration/switch': { act: switchIntegration, on: 'public-too', writes: true },
  'integration/save': { act: saveIntegration, on: 'public-too', writes: true },
  'callback/load': { act: loadCallback },
  'callback/switch': { act: switchCallback, writes: true },
  'callback/save': { act: saveCallback, writes: true },
  'people-sync/load': { act: loadPeopleSync },
  'people-sync/tree': { act: loadTree },
  'people-sync/save': { act: savePeopleSync, writes: true },
  'people-sync/run': { act: startSync, writes: true },
  'people-sync/runs': { act: loadRuns },
  'people-sync/people': { act: loadPeople },
  'categories/load': { act: loadCategories, on: 'categories' },
  'categories/detail': { act: loadCategory, on: 'categories' },
  'categories/save': { act: saveCategory, on: 'categories', writes: true },
};

/** Adds the pages of every tenant's console below `/t/<id>/web` and of its signing platform below `/t/<id>/signing`. */
export function addWeb(app: Hono<SystemEnv<Customer>>, kernel: Kernel): void {
  app.get('/t/:id', (c) => c.redirect(`/t/${c.req.param('id')}/web/`));
  app.get('/t/:id/', (c) => c.redirect(`/t/${c.req.param('id')}/web/`));
  for (const platform of ['web', 'signing'] as const) {
    const at = (path: string) => `/t/:id/${platform}${path}`;
    const of = (answer: Answer) => (c: ConsoleContext) => {
      const customer = c.get('tenant');
      return customer === undefined ? c.text('no such tenant', 404) : answer(c, customer);
    };
    const get = (path: string, answer: Answer) => app.get(at(path), of(answer));

    get('', (c) => c.redirect(`${c.req.path}/`));
    get('/assets/*', (c) => assetOf(c.req.path.split('/assets/')[1] ?? '') ?? c.text('no such file', 404));
    get('/login', (_, customer) => loginPage(customer, platform));
    get('/captcha.svg', (c, customer) => captchaPicture(customer, c.req.query('n') ?? ''));
    app.post(
      at('/login'),
      of((c, customer) => logIn(c, customer, platform)),
    );
    get('/logout', (c, customer) => {
      endSession(c, customer, platform);
      return loginPage(customer, platform);
    });
    for (const [name, route] of Object.entries(ROUTES)) {
      const answer: Answer = (c, customer) => act(kernel, c, customer, platform, route);
      if (route.writes !== true) get(`/api/${name}`, answer);
      app.post(at(`/api/${name}`), of(answer));
    }
    get('/*', (c, customer) => {
      const [over] = kernel.faults.takeOfPage(c.get('target'), 'document');
      const session = over === undefined ? sessionOf(c, customer, platform) : endSession(c, customer, platform);
      const refused = session === undefined ? documentWithoutSession(c, customer, platform) : undefined;
      return refused ?? shell(customer, platform, c.req.query('inner') !== undefined);
    });
  }
}

function logIn(c: ConsoleContext, customer: Customer, platform: Platform): Response {
  const { identity, spec } = customer;
  const given = readFields(c.get('body'), c.req.header('Content-Type'));
  const { user, password } = identity.administrator;
  if (given['captcha'] !== captchaOf(customer, String(given['number'])))
    return loginPage(customer, platform, '验证码错误');
  if (given['user'] !== user || given['password'] !== password)
    return loginPage(customer, platform, '用户名或密码错误');

  const token = beginSession(customer, { platform, userAgent: c.req.header('User-Agent') ?? '' });
  const home = `/t/${customer.id}/${platform}/`;
  if (spec.web.sessionIn === 'cookie') {
    c.header('Set-Cookie', cookieOf(customer, platform, token));
    return c.redirect(home);
  }
  return page(`<!doctype html><script>
    sessionStorage.setItem('qys-token', ${JSON.stringify(token)});
    location.replace(${JSON.stringify(home)});
  </script>`);
}

/** What a page's script asks for, in a session and where this platform has it. */
async function act(
  kernel: Kernel,
  c: ConsoleContext,
  customer: Customer,
  platform: Platform,
  { act, on, writes }: Route,
): Promise<Response> {
  const { deployment, web } = customer.spec;
  const has =
    on === 'categories'
      ? deployment === 'private' && platform === (web.categoriesAt === 'console' ? 'web' : 'signing')
      : on === 'everywhere' || (platform === 'web' && (on === 'public-too' || deployment === 'private'));
  if (!has) return c.text('Not Found', 404);

  const { tag, ...given } = c.req.method === 'GET' ? c.req.query() : (readJson(c.get('body')) ?? {});
  const faults = kernel.faults.takeOfPage(c.get('target'), writes ? 'save' : 'load');
  const ask: Ask = { c, kernel, customer, platform, given, tag, faults };
  if (faultOf(ask, 'session-over') !== undefined) endSession(c, customer, platform);
  if (sessionOf(c, customer, platform) !== undefined) return act(ask);
  return sessionOver(c, customer, platform);
}
