import type { FindingCode } from './findings.js';

/** What a code means to people: title, cause, and what to do. */
export interface FindingText {
  title: string;
  cause: string;
  fix: string;
}

/** Every code in both languages. A code without its texts does not compile. */
export const catalogue: Record<FindingCode, Record<'en' | 'zh', FindingText>> = {
  'CONSOLE-DRIVER-UNAVAILABLE': {
    en: {
      title: 'the browser cannot be used for this console',
      cause: 'the worker has no Chromium, or no page map fits the product and version',
      fix: 'install Chromium at the worker, or add a page map (docs/page-maps.md); or use driver: manual',
    },
    zh: {
      title: '无法用浏览器操作该控制台',
      cause: 'worker 没有 Chromium，或没有适合该产品和版本的页面映射',
      fix: '在 worker 上安装 Chromium，或添加页面映射（docs/page-maps.md）；也可改用 driver: manual',
    },
  },
  'CONSOLE-NOT-READ': {
    en: {
      title: 'nobody has looked at the console yet',
      cause: 'its driver is manual: a person reads the pages, by the first work order of apply',
      fix: 'nothing: the plan is made when that order is answered',
    },
    zh: {
      title: '尚未有人查看控制台',
      cause: '控制台驱动为 manual：由人员按 apply 的第一张工单读取页面',
      fix: '无需处理：该工单完成后生成计划',
    },
  },
  'CONSOLE-PAGES-ASSUMED': {
    en: {
      title: 'the labels of the pages are unproved',
      cause: 'the page map is assumed: nobody has said that it fits a real console of this product and version',
      fix: 'run qys-e10 console check with a person watching, then keep a map of the site with status: checked (docs/page-maps.md)',
    },
    zh: {
      title: '页面标签未经证实',
      cause: '页面映射为 assumed：尚无人确认它与该产品、版本的真实控制台相符',
      fix: '请有人在旁运行 qys-e10 console check，随后保存站点自己的映射并写明 status: checked（docs/page-maps.md）',
    },
  },
  'CONSOLE-READ-BY-PERSON': {
    en: {
      title: 'a person read the console',
      cause: 'its driver is manual: what its pages show is what people said',
      fix: 'nothing; the order has who and when, and the evidence if any was given',
    },
    zh: {
      title: '控制台由人员读取',
      cause: '控制台驱动为 manual：页面内容以人员填报为准',
      fix: '无需处理；工单记录了人员、时间与凭证',
    },
  },
  'CONSOLE-SAVED-WITH-ERROR': {
    en: {
      title: 'saved, though the page complained',
      cause: 'the page showed an error when it was saved, and shows the wanted values when it is opened again',
      fix: 'read what it said, and look at its pictures (evidence in the report)',
    },
    zh: {
      title: '已保存，但页面提示异常',
      cause: '保存时页面提示错误，但重新打开后显示的正是所需的值',
      fix: '查看页面提示及其截图（报告中的凭证）',
    },
  },
  'ORDER-REJECTED': {
    en: {
      title: 'a work order was rejected',
      cause: 'the person it was for said that it cannot be done',
      fix: 'read the reason, clear it up, then retry',
    },
    zh: { title: '工单被拒绝', cause: '执行人员表示无法完成', fix: '查看原因并处理后重试' },
  },
  'CONSOLE-UNREACHABLE': {
    en: {
      title: 'the console does not answer',
      cause: 'the adapter or the console is down, or a network is in between',
      fix: 'check address, firewall and adapter, then run again',
    },
    zh: { title: '控制台没有响应', cause: '适配器或控制台未运行，或网络不通', fix: '检查地址、防火墙与适配器后重试' },
  },
  'CONSOLE-REFUSED': {
    en: {
      title: 'the console refused',
      cause: 'the console understood and said no: a field, a right, a state',
      fix: 'read the message, correct the file or the right, then run again',
    },
    zh: { title: '控制台拒绝', cause: '控制台拒绝了请求：字段、权限或状态不符', fix: '按提示修正文件或权限后重试' },
  },
  'CONSOLE-NEEDS-LOGIN': {
    en: {
      title: 'the console session is over',
      cause: 'the token or session of the console is no longer accepted',
      fix: 'renew the token, or log in (qys-e10 console login), and run again',
    },
    zh: {
      title: '控制台会话已失效',
      cause: '控制台的令牌或会话不再被接受',
      fix: '更新令牌或重新登录（qys-e10 console login）后重试',
    },
  },
  'CONSOLE-CHANGED': {
    en: {
      title: 'somebody else changed the console',
      cause: 'a setting changed between our look and our write',
      fix: 'find out who and why, then run again: it looks afresh',
    },
    zh: { title: '控制台被他人修改', cause: '查看与写入之间设置被改动', fix: '确认是谁、为何修改后重试' },
  },
  'CONSOLE-DEPLOYMENT-DIFFERS': {
    en: {
      title: 'private and public cloud are mixed up',
      cause: 'the console is of another cloud than the file says',
      fix: 'correct qiyuesuo.deployment',
    },
    zh: { title: '私有云与公有云不一致', cause: '控制台与文件所写的云类型不同', fix: '修正 qiyuesuo.deployment' },
  },
  'CONSOLE-VERSION-DIFFERS': {
    en: {
      title: 'the product version differs',
      cause: 'the console shows another version than the file',
      fix: 'correct qiyuesuo.version',
    },
    zh: { title: '产品版本不一致', cause: '控制台显示的版本与文件不同', fix: '修正 qiyuesuo.version' },
  },
  'CALLBACK-PAGE-UNDECIDED': {
    en: {
      title: 'the callback page is undecided',
      cause: 'the procedure does not cover version 4.3.5',
      fix: 'look which page the console has and set callbackPage: old or global',
    },
    zh: {
      title: '回调页面未确定',
      cause: '官方步骤没有覆盖 4.3.5',
      fix: '查看控制台实际页面并设置 callbackPage: old 或 global',
    },
  },
  'CALLBACK-ROUTE-MISSING': {
    en: {
      title: 'E10 has no callback route',
      cause: 'the proxy sends the path elsewhere, or the baseline is too old',
      fix: 'forward /papi/signcenter to E10, or update E10',
    },
    zh: {
      title: 'E10 缺少回调路由',
      cause: '代理把路径转到了别处，或 E10 基线过旧',
      fix: '把 /papi/signcenter 转发到 E10，或升级 E10',
    },
  },
  'CALLBACK-ROUTE-REDIRECTS': {
    en: {
      title: 'the callback route redirects',
      cause: 'a POST loses its body on a redirect',
      fix: 'use the final address (scheme, host, port) in e10.address',
    },
    zh: { title: '回调路由发生重定向', cause: 'POST 在重定向时会丢失内容', fix: '在 e10.address 中填写最终地址' },
  },
  'CALLBACK-ROUTE-DOWN': {
    en: {
      title: 'the callback route is down',
      cause: "E10's service behind the proxy does not answer",
      fix: 'start the service, then run again',
    },
    zh: { title: '回调路由不可用', cause: '代理后的 E10 服务无响应', fix: '启动服务后重试' },
  },
  'CATEGORY-OTHER-CALLBACK': {
    en: {
      title: 'a callback is left alone',
      cause: "a category calls the old OA by another path than the vendor's",
      fix: 'decide with the customer what it should call',
    },
    zh: { title: '有回调未被改动', cause: '业务分类用其他路径回调旧 OA', fix: '与客户确认该回调应指向何处' },
  },
  'CATEGORIES-UNDECIDED': {
    en: {
      title: 'forward or rewrite is undecided',
      cause: 'the categories disagree about the old address',
      fix: 'give e9.address, or say categories: rewrite or forward',
    },
    zh: {
      title: '转发或改写未确定',
      cause: '各业务分类的旧地址不一致',
      fix: '填写 e9.address，或指定 categories: rewrite/forward',
    },
  },
  'CLOCK-SKEW': {
    en: {
      title: 'the clocks differ',
      cause: 'this worker and Qiyuesuo do not agree on the time',
      fix: 'synchronise both by NTP',
    },
    zh: { title: '时钟不一致', cause: '工作机与契约锁时间不同', fix: '用 NTP 同步两边时钟' },
  },
  'E9-PEOPLE-UNREAD': {
    en: {
      title: "E9's people were not read",
      cause: 'no credentials, or E9 did not answer',
      fix: 'give e9.hr, or compare the head count by hand',
    },
    zh: { title: '未读取 E9 人员', cause: '没有凭据或 E9 未响应', fix: '填写 e9.hr，或人工核对人数' },
  },
  'E10-EMPTY': {
    en: {
      title: 'E10 shows nobody',
      cause: 'the app sees no people or no units',
      fix: "check the app's rights and the tenant",
    },
    zh: { title: 'E10 没有人员', cause: '应用看不到人员或组织', fix: '检查应用权限与租户' },
  },
  'E10-HR-REFUSED': {
    en: {
      title: 'the app may not read people',
      cause: '接口调用限制 does not list the people and organisation interfaces',
      fix: '后台管理中心 → 开放平台 → 应用管理: add 人员查询 and 组织查询',
    },
    zh: {
      title: '应用无权读取人员',
      cause: '接口调用限制未包含人员/组织查询',
      fix: '后台管理中心 → 开放平台 → 应用管理：添加人员查询与组织查询',
    },
  },
  'E10-NOT-E10': {
    en: {
      title: 'no E10 at this address',
      cause: 'the address leads to an E9, or to something else',
      fix: 'correct e10.address',
    },
    zh: { title: '该地址不是 E10', cause: '地址指向 E9 或其他系统', fix: '修正 e10.address' },
  },
  'E10-TENANT-KEY-DIFFERS': {
    en: {
      title: 'another tenant code',
      cause: 'E10 shows another 租户识别码 than the file',
      fix: 'compare with 后台管理中心 → 基本设置 → 授权信息',
    },
    zh: {
      title: '租户识别码不一致',
      cause: 'E10 显示的识别码与文件不同',
      fix: '核对 后台管理中心 → 基本设置 → 授权信息',
    },
  },
  'E10-TENANT-KEY-UNREAD': {
    en: { title: 'the tenant code was not compared', cause: 'E10 does not return it', fix: 'compare it by hand once' },
    zh: { title: '未核对租户识别码', cause: 'E10 没有返回该值', fix: '人工核对一次' },
  },
  'E10-TOKEN-REFUSED': {
    en: {
      title: "E10 refuses Qiyuesuo's app",
      cause: 'corpId, appKey and appSecret do not belong together, or the app is not approved',
      fix: 'compare with 后台管理中心 → 开放平台 (开发者资料, 应用管理)',
    },
    zh: {
      title: 'E10 拒绝契约锁的应用',
      cause: 'corpId、appKey、appSecret 不匹配，或应用未审核',
      fix: '核对 后台管理中心 → 开放平台（开发者资料、应用管理）',
    },
  },
  'E10-UNREACHABLE': {
    en: {
      title: 'E10 does not answer',
      cause: 'wrong address, or the network is not open',
      fix: "check e10.address and the network from the site's worker",
    },
    zh: { title: 'E10 没有响应', cause: '地址错误或网络不通', fix: '在站点工作机上检查 e10.address 与网络' },
  },
  'E10-UNPROVED': {
    en: {
      title: 'not to be proved from outside',
      cause: 'there is nothing documented to prove it with',
      fix: 'let one person sign in once',
    },
    zh: { title: '无法从外部证明', cause: '没有可用于证明的公开接口', fix: '请一位用户登录一次' },
  },
  'FORM-FILLED-UNTOLD': {
    en: {
      title: "E10's form is filled in, and nobody has told what it held before",
      cause:
        'the order of the switch was rejected or withdrawn after the form had been saved; with a browser: another run had saved it, and ended before its next step',
      fix: 'tell what the form showed after the switch and before that, as that order asked: the undo puts it back. With a browser: put it back by hand on the page, then retry',
    },
    zh: {
      title: 'E10 表单已填写，但未填报填写前的内容',
      cause: '切换工单在表单保存之后被拒绝或撤回；使用浏览器时：由另一次运行保存，且该运行未进入下一步即结束',
      fix: '按该工单的要求，填报切换后、填写前表单显示的内容；回退会据此恢复。使用浏览器时：请在页面上手工恢复，然后重试',
    },
  },
  'FORMAT-SUSPECT': {
    en: { title: 'a value looks unusual', cause: 'it has not the usual shape', fix: 'look at it again' },
    zh: { title: '值的格式可疑', cause: '与常见格式不符', fix: '再核对一次' },
  },
  'PEOPLE-AMBIGUOUS': {
    en: {
      title: 'it is not certain who some people are',
      cause: 'several people share a job number, mobile number or e-mail address, or two of these contradict',
      fix: 'have them written as CSV, fill in its last column, give it back; then sync again',
    },
    zh: {
      title: '部分人员无法确定对应',
      cause: '工号、手机号或邮箱重复，或相互矛盾',
      fix: '导出 CSV，填写最后一列并提交，然后再次同步',
    },
  },
  'PEOPLE-BASELINE': {
    en: {
      title: 'E9 and E10 do not have the same people',
      cause: 'leavers, second accounts, people who were not moved to E10, or new ones',
      fix: 'look at the people in the report; have those who are missing added to E10',
    },
    zh: {
      title: 'E9 与 E10 人员不同',
      cause: '离职、次账号、未迁移到 E10 的人员或新增人员',
      fix: '查看报告中的人员部分；缺失人员请补录到 E10',
    },
  },
  'PEOPLE-COUNT-DIFFERS': {
    en: {
      title: 'head counts differ',
      cause: 'Qiyuesuo and E10 do not show the same number of people',
      fix: 'compare leavers, external people and failed ones',
    },
    zh: { title: '人数不一致', cause: '契约锁与 E10 的人数不同', fix: '核对离职、外部及失败人员' },
  },
  'PEOPLE-DIFFERING': {
    en: {
      title: "some people are there with other fields than E10's",
      cause: 'the run did not take over a name, number or address',
      fix: 'look at the details, run the sync again',
    },
    zh: {
      title: '部分人员信息与 E10 不一致',
      cause: '同步未更新姓名、工号、手机号或邮箱',
      fix: '查看明细，再次同步',
    },
  },
  'PEOPLE-EDITED': {
    en: {
      title: 'people were edited while they were read',
      cause: 'somebody works in the system, so its pages moved',
      fix: 'sync again at a quiet hour, if the numbers matter',
    },
    zh: {
      title: '读取期间人员有变动',
      cause: '系统中有人在编辑，分页发生移动',
      fix: '如需准确数字，请在空闲时段再次同步',
    },
  },
  'PEOPLE-GUARD': {
    en: {
      title: 'the run would do too much to people at once',
      cause: 'more would be disabled, created or changed than people.guard allows; or E10 shows nobody',
      fix: "check scope and E10's people; if it is right as it is, let it pass once with --lift-guard and --reason, or raise people.guard on purpose",
    },
    zh: {
      title: '同步将一次影响过多人员',
      cause: '将停用、新增或变更的人数超过 people.guard，或 E10 没有人员',
      fix: '检查同步范围与 E10 人员；确认无误时可用 --lift-guard 和 --reason 放行一次，或有意提高 people.guard',
    },
  },
  'PEOPLE-GUARD-LIFTED': {
    en: {
      title: 'an operator let the run do more than people.guard allows',
      cause: 'it was decided, with a reason',
      fix: 'nothing; look at the people of the report',
    },
    zh: { title: '操作员放行了超过 people.guard 的同步', cause: '已说明原因', fix: '无需处理；请查看报告中的人员部分' },
  },
  'PEOPLE-MISSING': {
    en: {
      title: 'people of E10 are not in Qiyuesuo as they should be',
      cause: 'the run did not bring them, left them disabled, or bound them to somebody else',
      fix: 'look at the details, then run the sync again or add them in the console',
    },
    zh: {
      title: '部分 E10 人员在契约锁中缺失',
      cause: '同步未带入、仍停用或绑定了他人',
      fix: '查看明细，再次同步或在控制台添加',
    },
  },
  'PEOPLE-NOT-ON-E10': {
    en: {
      title: 'the console is not on E10',
      cause: 'a people sync alone is for tenants that have moved already',
      fix: 'migrate the tenant first',
    },
    zh: { title: '控制台尚未切换到 E10', cause: '单独的人员同步仅适用于已迁移的租户', fix: '请先迁移该租户' },
  },
  'PEOPLE-SCOPE-EMPTY': {
    en: {
      title: 'no unit is chosen',
      cause: 'the people sync had no scope on E9, or a switch that was interrupted cleared it',
      fix: "set people.scope to the codes of E10's units, then apply again",
    },
    zh: {
      title: '未选择同步范围',
      cause: 'E9 时人员同步没有范围，或被中断的切换清空了范围',
      fix: '把 people.scope 设为 E10 组织编码后再次 apply',
    },
  },
  'PEOPLE-SCOPE-UNMAPPED': {
    en: {
      title: 'the scope cannot be found again',
      cause: 'units of E9 have no certain counterpart in E10',
      fix: "set people.scope to the codes of E10's units",
    },
    zh: {
      title: '无法对应同步范围',
      cause: 'E9 的组织在 E10 中没有确定的对应',
      fix: '把 people.scope 设为 E10 组织编码',
    },
  },
  'PEOPLE-STILL-ACTIVE': {
    en: {
      title: 'people are active in Qiyuesuo who are not in E10',
      cause: 'leavers whom no run has disabled, or people who were added by hand',
      fix: 'decide for each in the console; the details name them, with --personal',
    },
    zh: {
      title: '契约锁中仍启用的人员不在 E10',
      cause: '同步未停用的离职人员，或手工添加的人员',
      fix: '在控制台逐一处理；明细加 --personal 可列出姓名',
    },
  },
  'PEOPLE-SYNC-FAILED': {
    en: {
      title: 'the people sync failed',
      cause: 'the run in Qiyuesuo ended with an error',
      fix: "read the run's message in the console",
    },
    zh: { title: '人员同步失败', cause: '契约锁的同步以错误结束', fix: '在控制台查看同步信息' },
  },
  'PEOPLE-SYNC-RAN': {
    en: { title: 'a people sync ran', cause: 'it cannot be undone', fix: 'compare the people in the console' },
    zh: { title: '已执行人员同步', cause: '同步无法回退', fix: '在控制台核对人员' },
  },
  'PEOPLE-SYNC-SWITCHED-OFF': {
    en: {
      title: 'the people sync was switched off before its nightly run',
      cause: 'the run would have done more than people.guard allows, or nobody could see in time what it would do',
      fix: 'look at the reason; sync again, with --lift-guard and --reason if it is right: that switches it on again',
    },
    zh: {
      title: '夜间任务开始前已关闭人员同步',
      cause: '任务将超过 people.guard，或未能及时确认其影响',
      fix: '查看原因后再次同步（确认无误时用 --lift-guard 和 --reason），会重新开启',
    },
  },
  'PEOPLE-TREE-EMPTY': {
    en: {
      title: 'Qiyuesuo sees no organisation',
      cause: 'Qiyuesuo cannot reach or log in to E10',
      fix: 'open the network from Qiyuesuo to E10, check the app',
    },
    zh: { title: '契约锁看不到组织', cause: '契约锁无法访问或登录 E10', fix: '打通契约锁到 E10 的网络，检查应用' },
  },
  'PEOPLE-UNCOMPARED': {
    en: {
      title: 'not everybody was compared',
      cause:
        'no list of people, one of another form, no field in common, units of the scope that are not certain in E10, or an E9 that did not give its people',
      fix: 'look at the numbers; an adapter for the console (driver: api) lists everybody, codes in people.scope are certain',
    },
    zh: {
      title: '未逐人核对',
      cause: '没有人员列表、列表格式未知、双方没有共同字段、同步范围的组织在 E10 中不确定，或 E9 未返回人员',
      fix: '请核对人数；控制台适配器（driver: api）可列出全部人员，people.scope 使用组织编码则可确定范围',
    },
  },
  'PEOPLE-UNSEALED': {
    en: {
      title: 'lists of people lie unsealed on their worker',
      cause: 'the worker that had read them did not answer at the end, or its disk is full',
      fix: 'start that worker: it seals what it finds; or delete them, on its machine',
    },
    zh: {
      title: '人员列表未加密留在 worker 上',
      cause: '读取它的 worker 在结束时没有响应，或磁盘已满',
      fix: '启动该 worker，它会自动加密；或在该机器上删除',
    },
  },
  'PROXY-CONFIG-REJECTED': {
    en: {
      title: 'nginx refuses the configuration',
      cause: 'nginx -t found a fault',
      fix: "correct the site's configuration",
    },
    zh: { title: 'nginx 配置未通过', cause: 'nginx -t 发现错误', fix: '修正站点配置' },
  },
  'PLAN-STALE': {
    en: {
      title: 'changed since it was prepared',
      cause: 'what would be written is no longer what was planned',
      fix: 'look at it with plan; retry --reason … approves what is there now',
    },
    zh: {
      title: '准备之后已变化',
      cause: '将要写入的内容与计划不再一致',
      fix: '用 plan 查看；retry --reason … 表示批准现状',
    },
  },
  'PROXY-FORWARD-LEFT': {
    en: {
      title: 'the forward stays',
      cause: 'an administrator made it, so it is not ours to remove',
      fix: 'remove it by hand if it is not wanted',
    },
    zh: { title: '转发仍保留', cause: '由管理员添加，不由本工具移除', fix: '如不需要请人工移除' },
  },
  'PROXY-FORWARD-MISSING': {
    en: {
      title: 'the proxy does not forward',
      cause: '/QYSPrivateCallbackServlet does not lead to E10',
      fix: 'add the nginx block that plan prints',
    },
    zh: { title: '代理未转发', cause: '/QYSPrivateCallbackServlet 没有转到 E10', fix: '添加 plan 输出的 nginx 配置' },
  },
  'PROXY-FORWARD-WAITING': {
    en: {
      title: 'waits for the forward',
      cause: 'an administrator has to add it',
      fix: 'add the nginx block that plan prints',
    },
    zh: { title: '等待转发配置', cause: '需要管理员添加', fix: '添加 plan 输出的 nginx 配置' },
  },
  'QIYUESUO-COMPANY-DIFFERS': {
    en: {
      title: 'another company',
      cause: 'the credentials belong to another company',
      fix: 'correct token and secret, or qiyuesuo.company',
    },
    zh: { title: '公司不一致', cause: '凭据属于另一家公司', fix: '修正 token/secret 或 qiyuesuo.company' },
  },
  'QIYUESUO-CREDENTIALS-REFUSED': {
    en: {
      title: 'Qiyuesuo refuses the credentials',
      cause: 'token, secret or signature dialect are wrong',
      fix: 'compare with 集成中心 → 集成管理; set qiyuesuo.dialect',
    },
    zh: {
      title: '契约锁拒绝凭据',
      cause: 'token、secret 或签名方式不对',
      fix: '核对 集成中心 → 集成管理；设置 qiyuesuo.dialect',
    },
  },
  'QIYUESUO-UNREACHABLE': {
    en: {
      title: "Qiyuesuo's open API does not answer",
      cause: 'wrong address or port, or the network is not open',
      fix: 'check qiyuesuo.openApi (private: usually port 9182)',
    },
    zh: {
      title: '契约锁开放接口没有响应',
      cause: '地址、端口错误或网络不通',
      fix: '检查 qiyuesuo.openApi（私有云通常为 9182 端口）',
    },
  },
  'SEAL-KEY-UNUSABLE': {
    en: {
      title: 'what was sealed does not open',
      cause: 'the worker has another seal key than the one that sealed it, or the file was changed',
      fix: 'give the worker of that data folder the right QYS_E10_SEAL_KEY or seal.key, start it again, then try again; where the key is lost, the message says what to delete',
    },
    zh: {
      title: '封存的内容无法打开',
      cause: 'worker 的封存密钥与封存时不同，或文件被改动',
      fix: '为该数据目录的 worker 提供正确的 QYS_E10_SEAL_KEY 或 seal.key，重新启动后重试；密钥已丢失时按提示删除',
    },
  },
  'SECRET-MISSING': {
    en: {
      title: 'a secret is missing',
      cause: 'a reference leads nowhere at the worker',
      fix: "provide the variable or file at the site's worker",
    },
    zh: { title: '缺少密钥', cause: '工作机上找不到引用的密钥', fix: '在站点工作机上提供变量或文件' },
  },
  'SECRET-UNREADABLE': {
    en: {
      title: 'a secret cannot be compared',
      cause: 'the console shows no fingerprint of it',
      fix: 'nothing to do; the people sync proves it',
    },
    zh: { title: '密钥无法比对', cause: '控制台不显示其指纹', fix: '无需处理；人员同步可证明' },
  },
  'SECRET-UNRESTORABLE': {
    en: {
      title: 'a secret could not be restored',
      cause: 'the console has another secret than ours, or does not show it, and nobody gave the old one',
      fix: 'give qiyuesuo.previous, or accept it with acceptUnrestorable',
    },
    zh: {
      title: '密钥无法恢复',
      cause: '控制台中的旧密钥与新值不同或不显示，且未提供',
      fix: '填写 qiyuesuo.previous，或用 acceptUnrestorable 接受',
    },
  },
  'SETTING-DIFFERS': {
    en: {
      title: 'a setting is not as wanted',
      cause: 'it was not stored, or somebody changed it',
      fix: 'look at the page, then run again',
    },
    zh: { title: '设置与预期不同', cause: '未保存成功或被他人修改', fix: '查看页面后重试' },
  },
  'STEP-FAILED': {
    en: { title: 'a step failed', cause: 'see the message', fix: 'see the message; the log has the details' },
    zh: { title: '步骤失败', cause: '见提示信息', fix: '见提示信息与日志' },
  },
  'TLS-REFUSED': {
    en: {
      title: 'the certificate is refused',
      cause: 'a private CA, an incomplete chain, or another name',
      fix: 'give QYS_E10_CA_FILE to the worker, or mend the certificate',
    },
    zh: {
      title: '证书被拒绝',
      cause: '私有 CA、证书链不全或名称不符',
      fix: '为工作机设置 QYS_E10_CA_FILE，或修复证书',
    },
  },
  'UNDO-FOREIGN-CHANGE': {
    en: {
      title: 'somebody changed it since',
      cause: 'a field has neither the old nor our value',
      fix: 'decide: qys-e10 skip leaves it, retry looks again',
    },
    zh: {
      title: '期间被他人修改',
      cause: '字段既不是旧值也不是我们写入的值',
      fix: '决定：qys-e10 skip 保留，retry 重新检查',
    },
  },
  'UNDO-INCOMPLETE': {
    en: {
      title: 'the undo is not complete',
      cause: 'an undo does not succeed',
      fix: 'mend what the message says, then qys-e10 retry',
    },
    zh: { title: '回退未完成', cause: '回退没有成功', fix: '按提示处理后执行 qys-e10 retry' },
  },
  'UNEXPECTED-ANSWER': {
    en: {
      title: 'an answer that we do not understand',
      cause: 'the system answers differently from what is documented',
      fix: 'send the message to the developers',
    },
    zh: { title: '无法理解的响应', cause: '系统的响应与文档不同', fix: '把提示信息发给开发者' },
  },
};
