/** Every text of the CLI in both languages; a missing one is a type error. Keys, codes and JSON are English in both. */
const en = {
  asking: 'Go on? Type yes: ',
  notAsked: 'Not confirmed: nothing was written.',
  noTerminal: 'There is no terminal to ask on. Give --yes to apply without a question.',
  nothingWritten: 'Dry run: nothing is written.',
  nothingWasWritten: 'Dry run: nothing was written.',
  applySummary: (batch: string, tenants: number, waves: number) =>
    `Batch ${batch}: ${tenants} tenants in ${waves} wave(s). Each is looked at first; a blocked one is not touched.`,
  goesOn: (batch: string) => `Batch ${batch} is under way already: going on with it, as it was started.`,
  otherBatch: (batch: string) =>
    `A batch ${batch} is under way with other tenants or settings. Wait for its end (status --watch), or give this file another batch name.`,
  cutsOver: (batch: string) => `Batch ${batch} was prepared: what was planned is written now.`,
  cutsOverAlready: (batch: string) => `Batch ${batch} is under way and writes already: --until comes too late.`,
  noAnswer: (batch: string) =>
    `The coordinator of batch ${batch} does not answer. Look at its page in the Temporal Web UI; then the same command again.`,
  prepared: (prepared: number, file: string) =>
    `${prepared} prepared, nothing was written. Next, to cut over: qys-e10 apply -f ${file}`,
  webUi: (url: string) => `Temporal Web UI: ${url}`,
  progress: (wave: string, finished: string, facts: readonly string[]) =>
    `${wave}   ${finished} finished${facts.map((fact) => ` · ${fact}`).join('')}`,
  failedOf: (failed: number, tolerated: number | null) =>
    tolerated === null ? `${failed} failed` : `${failed} failed (stops at ${tolerated + 1})`,
  runningNow: (running: number) => `${running} running`,
  preparedNow: (prepared: number) => `${prepared} prepared`,
  parkedNow: (parked: number) => `${parked} wait for an endpoint`,
  undoingNow: (undoing: number) => `${undoing} being undone by the gate`,
  minutesLeft: (minutes: number) => `~${minutes} min`,
  heldBy: (what: string, by: string, reason: string) => `${what} is paused by ${by}: ${reason}`,
  waitsFor: (tenant: string, what: string) => `${tenant} waits: ${what}`,
  waitsForApproval: (wave: string, file: string) =>
    `wave ${wave} waits for approval: qys-e10 approve -f ${file} --wave ${wave} --reason …   (or reject)`,
  stoppedBy: (why: string, file: string) =>
    `Stopped: ${why}. Next: qys-e10 resume -f ${file} --max-errors N --reason …   (or: qys-e10 abort -f ${file} --undo --reason …)`,
  resumeHint: (file: string, scope: string) => `Next: qys-e10 resume -f ${file}${scope} --reason …`,
  retryCommand: (file: string, code: string) => `qys-e10 retry -f ${file} --code ${code} --reason …`,
  then: 'then',
  ordered: (verb: string, what: string) => `${verb}: ${what}`,
  noOrders: 'no work order is open',
  noSuchOrder: (id: string) => `there is no open work order ${id}; orders list shows them`,
  workOrder: (id: string) => `Work order ${id}`,
  undoOf: (step: string) => `undo of ${step}`,
  orderAnswered: (file: string) =>
    `The tenant goes on where a worker runs. On one machine, next: qys-e10 apply -f ${file}`,
  emptied: '(clear it)',
  documentedKey: 'the key that the procedure prints',
  switchDialog:
    'The switch asks in a dialog about people and organisation: 确认切换 (confirm). Save the form with 保存.',
  orderNext: (id: string, file: string, reads: boolean) =>
    reads
      ? `Then: qys-e10 orders show ${id} -f ${file} --answers > answers.yaml, fill it in, and: qys-e10 orders done ${id} -f ${file} --answers answers.yaml`
      : `Then: qys-e10 orders done ${id} -f ${file} --note …   (or: orders reject ${id} -f ${file} --reason …)`,
  refused: (tenant: string, why: string) => `${tenant}: refused, ${why}`,
  rollbackWants:
    'rollback wants --tenant, --where, --wave, --failed, --code or --all: nobody undoes a whole batch by accident',
  willRollBack: (tenants: readonly string[]) =>
    `Will be undone: ${tenants.slice(0, 20).join(', ')}${tenants.length > 20 ? ` and ${tenants.length - 20} more` : ''}`,
  wantsTenant: (verb: string) => `${verb} wants --tenant`,
  limitsForBatchOnly:
    'New limits go with resume of the whole batch, not of a tenant, wave or endpoint; for a wave use limits.',
  noLimits: 'Give at least one limit, e.g. --max-errors 2%',
  abortHow: 'Say what becomes of the tenants that run: --undo or --finish-step',
  willHappen: (tenant: string, step: string, how: string) =>
    how === 'undo'
      ? `  ${tenant} (${step}): will be undone`
      : `  ${tenant} (${step}): ends its step, then waits for resume or rollback`,
  noBatchRuns: 'no batch of this file is running',
  interruptedBatch: 'its batch is interrupted: apply goes on with it',
  ahead: (count: number) => `${count} tenant(s) of its wave stand before it`,
  lists: 'In the Web UI:',
  more: (count: number) => `${count} tenants; qys-e10 report lists each`,
  tooLate: (ended: string) =>
    `it ended ${ended}, which is longer ago than the undo window (undoWindow of the file): nothing was undone`,
  onlyPeople: 'Everything that is left waits for a person. The run is kept; apply again goes on with it.',
  interrupted: 'Interrupted. The run is kept: the same command goes on with it.',
  timedOut: 'The time to wait is over. The run goes on: the same command attaches to it again.',
  timedOutHere: 'The time to wait is over. The run is kept: the same command goes on with it.',
  troubled: (tenant: string, attempt: number, why: string) => `${tenant}: attempt ${attempt}: ${why}`,
  dataFolder: (why: string) =>
    `The data folder cannot be used: ${why}. Set QYS_E10_DATA to a folder that can be written.`,
  waitsUnknown: 'waits for a person; run apply again to see for what',
  result: (counts: string) => `Result: ${counts}`,
  retryHint: (file: string) => `Next: correct what the findings say, then: qys-e10 apply -f ${file}`,
  reportHint: (file: string) => `Next: qys-e10 report -f ${file}`,
  columns: {
    tenant: 'tenant',
    name: 'name',
    wave: 'wave',
    outcome: 'outcome',
    grade: 'grade',
    why: 'what happened and why',
    step: 'step',
    order: 'order',
    tasks: 'done',
    since: 'since',
    phase: 'phase',
    finished: 'finished',
    running: 'running',
    width: 'width',
    failed: 'failed',
    blocked: 'blocked',
  },
  notStarted: 'not started',
  running: 'running',
  waiting: 'waits for a person',
  cause: 'cause',
  fix: 'fix',
  noChanges: 'nothing to change',
  changes: (count: number) => `${count} change(s)`,
  empty: '(empty)',
  validFile: (file: string, tenants: number, waves: number) => `${file}: valid; ${tenants} tenants, ${waves} wave(s)`,
  inspecting: (done: number, total: number) => `looked at ${done}/${total} tenants`,
  rolledBack: (tenant: string, how: string) => `${tenant}: ${how}`,
  nothingToUndo: 'there is nothing to undo: no run of this tenant is known here',
  nothingLeft: 'there is nothing left to undo',
  writesUnknown: 'what that run wrote cannot be read: compare its console with the report by hand',
  workerRuns: (sites: string) => `Worker runs for: ${sites}. Ctrl-C ends it.`,
  boardRuns: (url: string) => `The board: ${url}   Ctrl-C ends it.`,
  boardInTheOpen:
    'It listens beyond this machine without TLS: put a reverse proxy in front and name it by --public-url (docs/board.md).',
  boardNeedsTrust:
    '--user-header believes what a proxy says: give --trust-proxy too, and see that nobody but the proxy can reach the board.',
  doctorOk: 'works',
  doctorBad: 'does not work',
  logFile: (file: string) => `The log is in ${file}`,
  emptySelection: 'No tenant of the file is selected.',
  demoIsOver: (dataDir: string) =>
    `The simulated systems are gone now. To look at the histories: QYS_E10_DATA=${dataDir} npx qys-e10 worker`,
};

export type Texts = typeof en;
export type Lang = 'en' | 'zh';

const zh: Texts = {
  asking: '继续吗？请输入 yes：',
  notAsked: '未确认：没有写入任何内容。',
  noTerminal: '没有可以提问的终端。加 --yes 可不经询问直接执行。',
  nothingWritten: '演练：不写入任何内容。',
  nothingWasWritten: '演练结束：没有写入任何内容。',
  applySummary: (batch, tenants, waves) =>
    `批次 ${batch}：${tenants} 个租户，${waves} 个波次。先检查后写入；被阻断的租户不会被改动。`,
  goesOn: (batch) => `批次 ${batch} 已在运行：按启动时的内容继续。`,
  otherBatch: (batch) =>
    `批次 ${batch} 正以其他租户或设置运行。请等它结束（status --watch），或为本文件换一个批次名称。`,
  cutsOver: (batch) => `批次 ${batch} 已准备好：现在开始写入计划的内容。`,
  cutsOverAlready: (batch) => `批次 ${batch} 已在运行并写入：不能再用 --until。`,
  noAnswer: (batch) => `批次 ${batch} 的协调器没有应答。请在 Temporal 网页界面查看，然后再次执行同一命令。`,
  prepared: (prepared, file) => `已准备 ${prepared} 个，未写入任何内容。下一步（切换）：qys-e10 apply -f ${file}`,
  webUi: (url) => `Temporal 网页界面：${url}`,
  progress: (wave, finished, facts) => `${wave}   已完成 ${finished}${facts.map((fact) => ` · ${fact}`).join('')}`,
  failedOf: (failed, tolerated) =>
    tolerated === null ? `失败 ${failed}` : `失败 ${failed}（到 ${tolerated + 1} 停止）`,
  runningNow: (running) => `运行中 ${running}`,
  preparedNow: (prepared) => `已准备 ${prepared}`,
  parkedNow: (parked) => `等待端点 ${parked}`,
  undoingNow: (undoing) => `门控回退中 ${undoing}`,
  minutesLeft: (minutes) => `约 ${minutes} 分钟`,
  heldBy: (what, by, reason) => `${what} 已被 ${by} 暂停：${reason}`,
  waitsFor: (tenant, what) => `${tenant} 等待人工：${what}`,
  waitsForApproval: (wave, file) =>
    `波次 ${wave} 等待批准：qys-e10 approve -f ${file} --wave ${wave} --reason …   （或 reject）`,
  stoppedBy: (why, file) =>
    `已停止：${why}。下一步：qys-e10 resume -f ${file} --max-errors N --reason …   （或：qys-e10 abort -f ${file} --undo --reason …）`,
  resumeHint: (file, scope) => `下一步：qys-e10 resume -f ${file}${scope} --reason …`,
  retryCommand: (file, code) => `qys-e10 retry -f ${file} --code ${code} --reason …`,
  then: '然后',
  ordered: (verb, what) => `${verb}：${what}`,
  noOrders: '没有待办工单',
  noSuchOrder: (id) => `没有待办工单 ${id}；用 orders list 查看`,
  workOrder: (id) => `工单 ${id}`,
  undoOf: (step) => `回退 ${step}`,
  orderAnswered: (file) => `有 worker 运行时租户自动继续。单机时下一步：qys-e10 apply -f ${file}`,
  emptied: '（清空）',
  documentedKey: '操作文档中的密钥',
  switchDialog: '切换时会弹出人员提示：点击【确认切换】；填写完成后点击【保存】。',
  orderNext: (id, file, reads) =>
    reads
      ? `完成后：qys-e10 orders show ${id} -f ${file} --answers > answers.yaml，填写后执行：qys-e10 orders done ${id} -f ${file} --answers answers.yaml`
      : `完成后：qys-e10 orders done ${id} -f ${file} --note …   （无法完成：orders reject ${id} -f ${file} --reason …）`,
  refused: (tenant, why) => `${tenant}：被拒绝，${why}`,
  rollbackWants: 'rollback 需要 --tenant、--where、--wave、--failed、--code 或 --all：不会意外回退整个批次',
  willRollBack: (tenants) =>
    `将被回退：${tenants.slice(0, 20).join('、')}${tenants.length > 20 ? ` 等共 ${tenants.length} 个` : ''}`,
  wantsTenant: (verb) => `${verb} 需要 --tenant`,
  limitsForBatchOnly: '新的限制只能随整个批次的 resume 给出，不能用于租户、波次或端点；波次请用 limits。',
  noLimits: '请至少给出一个限制，例如 --max-errors 2%',
  abortHow: '请说明运行中的租户如何处理：--undo 或 --finish-step',
  willHappen: (tenant, step, how) =>
    how === 'undo'
      ? `  ${tenant}（${step}）：将被回退`
      : `  ${tenant}（${step}）：完成当前步骤后等待 resume 或 rollback`,
  noBatchRuns: '该文件没有正在运行的批次',
  interruptedBatch: '批次已中断：再次执行 apply 即可继续',
  ahead: (count) => `同一波次中还有 ${count} 个租户排在前面`,
  lists: '网页界面中的列表：',
  more: (count) => `共 ${count} 个租户；qys-e10 report 逐一列出`,
  tooLate: (ended) => `结束于 ${ended}，已超出回退时限（文件中的 undoWindow）：没有回退任何内容`,
  onlyPeople: '剩下的都在等待人工处理。运行已保留；再次执行 apply 即可继续。',
  interrupted: '已中断。运行已保留：再次执行同一命令即可继续。',
  timedOut: '等待时间已到。运行仍在继续：再次执行同一命令即可重新连接。',
  timedOutHere: '等待时间已到。运行已保留：再次执行同一命令即可继续。',
  troubled: (tenant, attempt, why) => `${tenant}：第 ${attempt} 次尝试：${why}`,
  dataFolder: (why) => `数据目录无法使用：${why}。请将 QYS_E10_DATA 设为可写的目录。`,
  waitsUnknown: '等待人工；再次执行 apply 可查看原因',
  result: (counts) => `结果：${counts}`,
  retryHint: (file) => `下一步：按检查项修正后执行：qys-e10 apply -f ${file}`,
  reportHint: (file) => `下一步：qys-e10 report -f ${file}`,
  columns: {
    tenant: '租户',
    name: '名称',
    wave: '波次',
    outcome: '结果',
    grade: '等级',
    why: '发生了什么、原因',
    step: '步骤',
    order: '工单',
    tasks: '已完成',
    since: '开始时间',
    phase: '阶段',
    finished: '已完成',
    running: '运行中',
    width: '并发',
    failed: '失败',
    blocked: '被阻断',
  },
  notStarted: '未开始',
  running: '运行中',
  waiting: '等待人工',
  cause: '原因',
  fix: '处理',
  noChanges: '无需更改',
  changes: (count) => `${count} 项更改`,
  empty: '（空）',
  validFile: (file, tenants, waves) => `${file}：有效；${tenants} 个租户，${waves} 个波次`,
  inspecting: (done, total) => `已检查 ${done}/${total} 个租户`,
  rolledBack: (tenant, how) => `${tenant}：${how}`,
  nothingToUndo: '没有可回退的内容：这里没有该租户的运行记录',
  nothingLeft: '没有剩余可回退的内容',
  writesUnknown: '无法得知该次运行写入了什么：请对照报告人工核对控制台',
  workerRuns: (sites) => `工作进程服务于：${sites}。按 Ctrl-C 结束。`,
  boardRuns: (url) => `看板：${url}   按 Ctrl-C 结束。`,
  boardInTheOpen:
    '看板在本机之外以明文监听：请在前面放置反向代理，并用 --public-url 指明其地址（docs/board.zh-CN.md）。',
  boardNeedsTrust: '--user-header 以代理所说为准：请同时给出 --trust-proxy，并确保只有代理能访问看板。',
  doctorOk: '正常',
  doctorBad: '不正常',
  logFile: (file) => `日志在 ${file}`,
  emptySelection: '没有选中文件里的任何租户。',
  demoIsOver: (dataDir) => `模拟系统已关闭。查看历史：QYS_E10_DATA=${dataDir} npx qys-e10 worker`,
};

export const texts: Record<Lang, Texts> = { en, zh };
