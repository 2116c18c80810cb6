import { resumeOption } from '../domain/batch/limits.js';
import { shortList } from '../domain/batch/orders.js';
import type { BatchOutcome } from '../domain/batch/status.js';
import type { LeftBefore } from '../domain/left-before.js';
import type { Lang } from '../domain/said.js';
import { WORDS } from '../domain/words.js';

/** In UTC, as all moments of reports. */
function minuteOf(iso: string): string {
  return `${iso.slice(0, 16).replace('T', ' ')} UTC`;
}

/** Every text of the CLI in both languages; a missing one is a type error. Keys, codes and JSON are English in both. */
const en = {
  ...WORDS.en,
  asking: 'Go on? Type yes: ',
  notAsked: 'Not confirmed: nothing was written.',
  noTerminal: 'There is no terminal to ask on. Give --yes to go on without a question.',
  nothingWritten: 'Dry run: nothing is written.',
  nothingWasWritten: 'Dry run: nothing was written.',
  applySummary: (batch: string, tenants: number, waves: number) =>
    `Batch ${batch}: ${tenants} tenants in ${waves} wave(s). Each is looked at first; a blocked one is not touched.`,
  goesOn: (batch: string) => `Batch ${batch} is under way already: going on with it, as it was started.`,
  otherBatch: (batch: string) =>
    `A batch ${batch} is under way with other tenants or settings. Apply the file as it was, and change what runs by limits, add and drop; or wait for its end (status --watch); or give this file another batch name.`,
  cutsOver: (batch: string) => `Batch ${batch} was prepared: what was planned is written now.`,
  cutsOverAlready: (batch: string) => `Batch ${batch} is under way and writes already: --until comes too late.`,
  noAnswer: (batch: string) =>
    `The coordinator of batch ${batch} does not answer. Look at its page in the Temporal Web UI; then the same command again.`,
  prepared: (prepared: number, file: string) =>
    `${prepared} prepared, nothing was written. Next, to cut over: qys-e10 apply -f ${file}`,
  reasonWantsLift: '--reason says why the guard is lifted: give --lift-guard, or leave it out',
  realSyncUnderWay: (tenants: readonly string[]) =>
    `A people sync is under way of ${tenants.join(', ')}, which a dry run would carry on. Let it end by the same command without --dry-run, or end it with --cancel.`,
  liftsNothing: (tenants: readonly string[]) =>
    `A people sync is under way of ${tenants.join(', ')} which was started without lifting the guard. Wait for its end, or end it with --cancel; then lift it.`,
  noSyncUnderWay: (tenant: string) => `${tenant}: no people sync is under way.`,
  syncCancelled: (tenant: string) => `${tenant}: the people sync has ended; what it had written stays.`,
  cannotUse: (path: string, why: string) => `${path} cannot be used: ${why}`,
  noSuchFile: 'there is no such file',
  noFolder: 'its folder is not there',
  isFolder: 'this is a folder',
  leftBefore: ({ endedAt, grade }: Pick<LeftBefore, 'endedAt' | 'grade'>) =>
    `still to follow up, from the run that ended ${minuteOf(endedAt)}${grade === null ? '' : ` (grade ${grade})`}`,
  nobodyAmbiguous: 'Nobody is uncertain: there is nothing to decide.',
  liftWantsReason: '--lift-guard wants --reason: why may this run do more than people.guard allows?',
  willSync: (tenants: readonly string[]) => `The people of these tenants are synced: ${tenants.join(', ')}`,
  syncUnderWay: (tenant: string) => `${tenant}: a people sync is under way already: waiting for that one.`,
  migratesNow: (tenant: string) => `${tenant} is being migrated, which syncs its people: look with status`,
  syncState: {
    synced: 'synced',
    'looked-at': 'looked at; nothing was written',
    failed: 'failed',
    waiting: 'waits for a person',
    running: 'goes on',
  },
  liftsAfterBatch: (tenants: readonly string[]) =>
    `The batch is under way, and holds these tenants as it was applied: ${tenants.join(', ')}. Retry with --lift-guard when it is over; or raise people.guard in the file.`,
  noPeopleHere: (tenant: string) =>
    `This machine has no such sync of the people of ${tenant}. Run this where the worker of its site runs, with the same QYS_E10_DATA.`,
  notCompared: (comparison: string, compared: readonly string[]) =>
    `This sync did not come to the comparison "${comparison}". Choose by --comparison: ${compared.join(', ') || 'there is none'}; or another sync by --run.`,
  wroteRows: (rows: number, file: string) => `${rows} people: ${file}`,
  wroteAmbiguous: (people: number, file: string, next: string) =>
    `${people} people are not certain: ${file}. Fill in its last column with yes or no; then: ${next}`,
  decideWants: 'people decide wants either --from FILE, or --undo PERSON with ids as in the column person',
  notDecided: (people: readonly string[]) =>
    `Nothing was taken back: nothing is decided about ${people.join(', ')}. The ids stand in the column person, of the file that was filled in and of people export.`,
  tookBack: (people: number, left: number) =>
    `What was decided about ${people} is taken back; ${left} are not certain now. The next sync of the tenant on this machine asks again`,
  syncNeedsThem: (tenants: readonly string[], cancel: string | null) =>
    `Nothing was deleted: a people sync is under way, or waits for its night, of ${tenants.join(', ')}. It needs what it has read, and would leave more. Wait for its end${cancel === null ? '' : `, or end it: ${cancel}`}`,
  decided: (same: number, nobody: number, left: number) =>
    `${same} are the same as a candidate, ${nobody} are nobody of them; ${left} are still not certain. The next sync of the tenant on this machine knows it`,
  willForget: (tenants: readonly string[]) =>
    `Everything that syncs have kept on this machine is deleted, of: ${tenants.join(', ')}`,
  forgot: (tenant: string, runs: number) => `${tenant}: ${runs} sync(s) forgotten`,
  webUi: (url: string) => `Temporal Web UI: ${url}`,
  progress: (wave: string, finished: string, facts: readonly string[]) =>
    `${wave}   ${finished} finished${facts.map((fact) => ` · ${fact}`).join('')}`,
  failedOf: (failed: number, tolerated: number | null) =>
    tolerated === null ? `${failed} failed` : `${failed} failed (stops at ${tolerated + 1})`,
  runningNow: (running: number) => `${running} running`,
  preparedNow: (prepared: number) => `${prepared} prepared`,
  parkedNow: (parked: number) => `${parked} parked`,
  lookingNow: (looking: number) => `${looking} wait for a first look`,
  askingNow: (asking: number) => `${asking} wait for a person`,
  undoingNow: (undoing: number) => `${undoing} being undone`,
  perMinute: (rate: string) => `${rate} a minute`,
  minutesLeft: (minutes: number) => `~${minutes} min left`,
  waveOf: (number: number, waves: number, wave: string) => `wave ${number}/${waves} ${wave}`,
  inWave: (wave: string, counts: string) => `wave ${wave}: ${counts}`,
  limitsOf: (wave: string | null, uses: readonly string[]) =>
    `limits of ${wave === null ? 'the whole batch' : `wave ${wave}`}: ${uses.join(' · ')}`,
  heldBy: (what: string, by: string, reason: string) => `Paused: ${what}, by ${by}: ${reason}`,
  waitsFor: (tenant: string, what: string) => `${tenant} waits: ${what}`,
  waitForPerson: (count: number, tenants: readonly string[], file: string) =>
    `${count === 1 ? '1 tenant waits' : `${count} tenants wait`} for a person: ${shortList(tenants, count)}. For what: qys-e10 status -f ${file} --tenant ${tenants.join(' ')}, qys-e10 orders list -f ${file}`,
  waitsForApproval: (wave: string, file: string) =>
    `wave ${wave} waits for approval: qys-e10 approve -f ${file} --wave ${wave} --reason …   (or reject)`,
  stoppedBy: (why: string, file: string) =>
    `Stopped: ${why}. Next: qys-e10 resume -f ${file}${resumeOption(why)} --reason …   (or: qys-e10 abort -f ${file} --undo --reason …)`,
  resumeHint: (file: string, scope: string) => `Next: qys-e10 resume -f ${file}${scope} --reason …`,
  retryCommand: (file: string, code: string) => `qys-e10 retry -f ${file} --code ${code} --reason …`,
  liftCommand: (file: string, code: string) => `qys-e10 retry -f ${file} --code ${code} --lift-guard --reason …`,
  liftOnce: 'or, to let it pass once:',
  then: 'then',
  severity: { info: 'info', warning: 'warning', blocking: 'blocking' },
  ordered: (verb: string, what: string) => `${verb}: ${what}`,
  noScreen:
    'There is no screen here (DISPLAY is not set). Log in where you can see a window: at the desk, by VNC, or with ssh -X.',
  noChromium: 'No Chromium, Chrome or Edge is found. Install one, or name it: QYS_E10_CHROMIUM=/path/to/chromium',
  noBrowserDriver: (tenants: readonly string[]) => `not driven by a browser (qiyuesuo.driver): ${tenants.join(', ')}`,
  logInAt: (tenant: string, address: string) =>
    `${tenant}: a window opens at ${address}. Log in there; it closes by itself.`,
  loggedIn: (tenant: string) => `${tenant}: logged in; the session is kept, sealed`,
  loggedOut: (tenant: string, deleted: readonly string[]) =>
    deleted.length === 0
      ? `${tenant}: no session is kept here`
      : `${tenant}: the session is deleted here (${deleted.join(', ')}); the console may still know it, until it runs out or you log out there`,
  loginHint: (tenant: string, file: string) => `Next: qys-e10 console login --tenant ${tenant} -f ${file}`,
  heldBack: (request: string) => `held back: ${request}`,
  noOrders: 'no work order is open',
  answersDoNotFit: (lines: string) => `Nothing was confirmed. These answers do not fit:\n${lines}`,
  noSuchOrder: (id: string) => `there is no open work order ${id}; orders list shows them`,
  workOrder: (id: string) => `Work order ${id}`,
  undoOf: (step: string) => `undo of ${step}`,
  evidence:
    'evidence, by SHA-256 (pictures: evidence/ in the data folder of the worker; files: with whoever gave them)',
  orderAnswered: (file: string) =>
    `The tenant goes on where a worker runs. On one machine, next: qys-e10 apply -f ${file}`,
  emptied: '(clear it)',
  documentedKey: 'the key that the procedure prints',
  inVariable: (name: string) => `env ${name}`,
  inFile: (file: string) => `file ${file}`,
  answerSheet: (unanswered: string, empty: string) =>
    `Replace each ${unanswered}. Where the page shows nothing: ${empty}. categories: a line NAME: ADDRESS below it for each that has an address.`,
  switchDialog:
    'The switch asks in a dialog about people and organisation: 确认切换 (confirm). Save the form with 保存.',
  orderNext: (id: string, file: string, reads: boolean) =>
    reads
      ? `Then: qys-e10 orders show ${id} -f ${file} --answers > answers.yaml, fill it in, and: qys-e10 orders done ${id} -f ${file} --answers answers.yaml`
      : `Then: qys-e10 orders done ${id} -f ${file} --note …   (or: orders reject ${id} -f ${file} --reason …)`,
  refused: (tenant: string, why: string) => `${tenant}: refused, ${why}`,
  rollbackWants:
    'rollback wants --tenant, --where, --wave, --failed, --not-started, --code or --all: nobody undoes a whole batch by accident',
  willRollBack: (tenants: readonly string[]) =>
    `Will be undone: ${tenants.slice(0, 20).join(', ')}${tenants.length > 20 ? ` and ${tenants.length - 20} more` : ''}`,
  wantsTenant: (verb: string) => `${verb} wants --tenant`,
  wantsSelector: (verb: string) =>
    `${verb} wants at least one of --tenant, --where, --wave, --failed, --not-started, --code`,
  endpointsAlone: (verb: string) =>
    `${verb} takes endpoints or tenants, not both: an endpoint is held for everybody who needs it. Give two orders.`,
  endpointOfOne: (key: string, tenant: string, command: string) =>
    `Only ${tenant} has ${key}, and an endpoint is held for tenants that share it. For this one: ${command}`,
  abortsWhole:
    'abort ends the whole batch. For some of its tenants: drop leaves out those that have not started, pause stops running ones, rollback undoes them.',
  fitsNobody: (verb: string) =>
    `${verb}: nobody of the selection stands so that it could be told this; see status${verb === 'retry' ? '. Who has not started starts when its turn comes' : ''}`,
  passedOver: (verb: string, count: number) =>
    `${verb} is not for ${count} more of the selection: they stay as they are`,
  limitsForBatchOnly:
    'New limits go with resume of the whole batch, not of a tenant, wave or endpoint; for a wave use limits.',
  noLimits: 'Give at least one limit, e.g. --max-errors 2%',
  abortHow: 'Say what becomes of the tenants that run: --undo or --finish-step',
  willHappen: (tenant: string, step: string, how: string) =>
    how === 'undo'
      ? `  ${tenant} (${step}): will be undone`
      : `  ${tenant} (${step}): ends its step, then waits for resume or rollback`,
  countedAtEnd: 'These counts are from when the batch ended; the tenants below stand as they do now.',
  noBatchRuns: 'no batch of this file is running',
  interruptedBatch: 'no worker answers for its batch now: apply, or a worker, goes on with what waits for nobody',
  nextOfBatch: (next: string) => `Next: ${next}`,
  placeIn: (wave: string, position: number) => `wave ${wave}, position ${position}`,
  nobodyStarts: (why: string) => `Nobody starts now: ${why}`,
  inBatch: (batch: string, why: string) => `in batch ${batch}${why && `: ${why}`}`,
  ofEarlierRun: (why: string) => `in an earlier run of the batch${why && `: ${why}`}`,
  notOfBatch: (file: string, tenant: string) =>
    `it is not of the batch that is under way. To let it join: qys-e10 add -f ${file} --tenant ${tenant} --reason …`,
  ahead: (count: number) => `${count} tenant(s) of its wave stand before it`,
  lists: 'In the Web UI:',
  list: {
    waits: 'waits for a person',
    running: 'running',
    'rolled-back': 'rolled back',
    blocked: 'blocked',
  },
  more: (count: number) => `${count} tenants; qys-e10 report lists each`,
  tooLate: (ended: string) =>
    `it ended ${ended}, which is longer ago than the undo window (undoWindow of the file): nothing was undone`,
  standStill:
    'They stand before their next step, for resume or rollback. What is resumed needs a worker (on one machine: qys-e10 worker).',
  goesOnWithWorker: 'They go on while a worker runs: qys-e10 worker',
  undoWaits: (file: string) =>
    `What is left of the undo waits for a person: answer with skip or retry -f ${file} --tenant …, and leave a worker running (on one machine: qys-e10 worker)`,
  nobodyLeft: (file: string) =>
    `Nobody who is left can start: each is held back by something of their own. By what: qys-e10 why -f ${file} --tenant …`,
  onlyPeople: 'All that is under way waits for a person. The run is kept; apply again goes on with it.',
  notBegun: (count: number) =>
    `${count} more have not begun: a wave begins with one tenant and widens while they end well (slowStart: false, maxConcurrency and limits change that)`,
  ordersGiven: 'Orders to the batch, and what its rules did:',
  ordersHint: (file: string) => `Next: qys-e10 orders list -f ${file}`,
  ending: 'Ending: calls under way are waited for, half a minute at most. Ctrl-C once more ends at once.',
  interrupted: 'Interrupted. The run is kept: the same command goes on with it.',
  timedOut: 'The time to wait is over. The run goes on: the same command attaches to it again.',
  timedOutHere: 'The time to wait is over. The run is kept: the same command goes on with it.',
  nobodyPolls: (queue: string, command: string, needsBrowser: boolean) =>
    `Nobody works for ${queue}: what needs it waits. Start a worker${needsBrowser ? ' where Chromium is' : ''}: ${command}`,
  troubled: (tenant: string, attempt: number, why: string) => `${tenant}: attempt ${attempt}: ${why}`,
  dataFolder: (why: string) =>
    `The data folder cannot be used: ${why}. Set QYS_E10_DATA to a folder that can be written.`,
  result: (outcome: BatchOutcome | null, counts: string) =>
    `Result: ${outcome === null ? '' : `${WORDS.en.batchOutcome[outcome]}: `}${counts}`,
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
    page: 'page',
    field: 'field',
    labels: 'labels',
    controls: 'controls',
    kind: 'kind',
    verdict: 'verdict',
  },
  notStarted: 'not started',
  running: 'running',
  waiting: 'waits for a person',
  cause: 'cause',
  fix: 'fix',
  noChanges: 'nothing to change',
  changes: (count: number) => `${count} change(s)`,
  changesUnknown: 'changes unknown: nobody has looked at its console yet',
  empty: '(empty)',
  validFile: (file: string, tenants: number, waves: number) => `${file}: valid; ${tenants} tenants, ${waves} wave(s)`,
  inspecting: (done: number, total: number) => `looked at ${done}/${total} tenants`,
  rolledBack: (tenant: string, how: string) => `${tenant}: ${how}`,
  nothingToUndo: 'there is nothing to undo: no run of this tenant is known here',
  nothingLeft: 'there is nothing left to undo',
  willNotStart: 'there is nothing to undo: it had not started, and will not in this batch',
  writesUnknown: 'what that run wrote cannot be read: compare its console with the report by hand',
  workerRuns: (sites: string) => `Worker runs for: ${sites}. Ctrl-C ends it.`,
  coordinatorRuns: 'Worker runs for: coordinators. Ctrl-C ends it.',
  workerWithoutBrowser: 'No Chromium here: tenants with driver: browser are left to a worker that has one.',
  boardRuns: (url: string) => `The board: ${url}   Ctrl-C ends it.`,
  boardInTheOpen:
    'It listens beyond this machine without TLS: put a reverse proxy in front and name it by --public-url (docs/board.md).',
  boardNeedsTrust:
    '--user-header believes what a proxy says: give --trust-proxy too, and see that nobody but the proxy can reach the board.',
  doctorOk: 'works',
  doctorBad: 'does not work',
  logFile: (file: string) => `The log is in ${file}`,
  emptySelection: 'No tenant of the file is selected.',
  nobodyInState: 'No tenant stands so.',
  demoConsole: (tenant: string, address: string, user: string, password: string) =>
    `${tenant}: its console is ${address} (user ${user}, password ${password})`,
  demoLogsIn: (tenant: string) => `${tenant}: logs in at its console, as its operator would with console login`,
  demoRuns: (why: string) =>
    `A demo runs here already (${why}). Wait for it, or give this one a data folder of its own: QYS_E10_DATA=.qys-e10-2 npm run demo`,
  demoIsOver: (dataDir: string, file: string) =>
    [
      'The simulated systems are gone now, so what is named above cannot be tried; npm run demo -- --keep leaves them up. What still works:',
      `  QYS_E10_DATA=${dataDir} npx qys-e10 report -f ${file}`,
      `  QYS_E10_DATA=${dataDir} npx qys-e10 report -f ${file} --people-html people      (what became of everybody, drawn)`,
      `  QYS_E10_DATA=${dataDir} npx qys-e10 status -f ${file}`,
      `  QYS_E10_DATA=${dataDir} npx qys-e10 worker      (the Temporal Web UI, with every history)`,
    ].join('\n'),
  demoIsKept: (variables: string, file: string) =>
    [
      'The simulated systems stay up until Ctrl-C. In another terminal, with the secrets of the demo:',
      `  set -a; . ./${variables}; set +a`,
      `  npx qys-e10 status -f ${file}      (or any other command, also those named above)`,
    ].join('\n'),
};

export type Texts = typeof en;

const zh: Texts = {
  ...WORDS.zh,
  asking: '继续吗？请输入 yes：',
  notAsked: '未确认：没有写入任何内容。',
  noTerminal: '没有可以提问的终端。加 --yes 可不经询问直接执行。',
  nothingWritten: '演练：不写入任何内容。',
  nothingWasWritten: '演练结束：没有写入任何内容。',
  applySummary: (batch, tenants, waves) =>
    `批次 ${batch}：${tenants} 个租户，${waves} 个波次。先检查后写入；被阻断的租户不会被改动。`,
  goesOn: (batch) => `批次 ${batch} 已在运行：按启动时的内容继续。`,
  otherBatch: (batch) =>
    `批次 ${batch} 正以其他租户或设置运行。请用原来的文件执行 apply，并用 limits、add、drop 修改；或等它结束（status --watch）；或为本文件换一个批次名称。`,
  cutsOver: (batch) => `批次 ${batch} 已准备好：现在开始写入计划的内容。`,
  cutsOverAlready: (batch) => `批次 ${batch} 已在运行并写入：不能再用 --until。`,
  noAnswer: (batch) => `批次 ${batch} 的协调器没有应答。请在 Temporal 网页界面查看，然后再次执行同一命令。`,
  prepared: (prepared, file) => `已准备 ${prepared} 个，未写入任何内容。下一步（切换）：qys-e10 apply -f ${file}`,
  reasonWantsLift: '--reason 说明放行原因：请同时使用 --lift-guard，或去掉它',
  realSyncUnderWay: (tenants) =>
    `${tenants.join('、')} 的人员同步正在进行，演练会使其继续写入。请用不带 --dry-run 的同一命令等其结束，或用 --cancel 结束。`,
  liftsNothing: (tenants) =>
    `${tenants.join('、')} 的人员同步正在进行，启动时未放行。请等其结束或用 --cancel 结束，再放行。`,
  noSyncUnderWay: (tenant) => `${tenant}：没有正在进行的人员同步。`,
  syncCancelled: (tenant) => `${tenant}：人员同步已结束；已写入的内容保留。`,
  cannotUse: (path, why) => `${path} 无法使用：${why}`,
  noSuchFile: '文件不存在',
  noFolder: '所在目录不存在',
  isFolder: '这是一个目录',
  leftBefore: ({ endedAt, grade }) =>
    `${minuteOf(endedAt)} 结束的运行仍待跟进${grade === null ? '' : `（等级 ${grade}）`}`,
  nobodyAmbiguous: '没有无法确定的人员。',
  liftWantsReason: '--lift-guard 需要 --reason：为何本次同步可以超过 people.guard？',
  willSync: (tenants) => `将同步以下租户的人员：${tenants.join(', ')}`,
  syncUnderWay: (tenant) => `${tenant}：已有人员同步在进行，等待其结束。`,
  migratesNow: (tenant) => `${tenant} 正在迁移，迁移会同步人员：请用 status 查看`,
  syncState: {
    synced: '已同步',
    'looked-at': '已查看，未写入',
    failed: '失败',
    waiting: '等待人工',
    running: '继续进行',
  },
  liftsAfterBatch: (tenants) =>
    `批次正在进行，以下租户仍按原配置执行：${tenants.join(', ')}。请在批次结束后用 --lift-guard 重试，或在文件中提高 people.guard。`,
  noPeopleHere: (tenant) =>
    `本机没有 ${tenant} 的该次人员同步。请在其站点 worker 所在机器上执行，并使用相同的 QYS_E10_DATA。`,
  notCompared: (comparison, compared) =>
    `该次同步未进行“${comparison}”核对。请用 --comparison 选择：${compared.join(', ') || '无'}；或用 --run 选择另一次同步。`,
  wroteRows: (rows, file) => `${rows} 人：${file}`,
  wroteAmbiguous: (people, file, next) =>
    `${people} 人无法确定：${file}。请在最后一列填写 yes 或 no（是/否），然后执行：${next}`,
  decideWants: 'people decide 需要 --from 文件，或 --undo 人员编号（person 列）',
  notDecided: (people) => `未撤销：${people.join('、')} 没有判断记录。编号见已填写文件或 people export 的 person 列。`,
  tookBack: (people, left) => `已撤销对 ${people} 人的判断；现有 ${left} 人无法确定。本机下次同步该租户时会再次询问`,
  syncNeedsThem: (tenants, cancel) =>
    `未删除任何内容：${tenants.join('、')} 的人员同步正在进行或等待夜间任务，需要已读取的内容，之后还会留下新的内容。请等其结束${cancel === null ? '' : `，或先结束它：${cancel}`}`,
  decided: (same, nobody, left) =>
    `${same} 人确认为同一人，${nobody} 人均不是；仍有 ${left} 人无法确定。本机下次同步该租户时会沿用`,
  willForget: (tenants) => `将删除本机上以下租户人员同步保存的全部内容：${tenants.join(', ')}`,
  forgot: (tenant, runs) => `${tenant}：已删除 ${runs} 次同步的内容`,
  webUi: (url) => `Temporal 网页界面：${url}`,
  progress: (wave, finished, facts) => `${wave}   已完成 ${finished}${facts.map((fact) => ` · ${fact}`).join('')}`,
  failedOf: (failed, tolerated) =>
    tolerated === null ? `失败 ${failed}` : `失败 ${failed}（到 ${tolerated + 1} 停止）`,
  runningNow: (running) => `运行中 ${running}`,
  preparedNow: (prepared) => `已准备 ${prepared}`,
  parkedNow: (parked) => `停放 ${parked}`,
  lookingNow: (looking) => `等待首次查看 ${looking}`,
  askingNow: (asking) => `等待人工 ${asking}`,
  undoingNow: (undoing) => `回退中 ${undoing}`,
  perMinute: (rate) => `每分钟 ${rate} 个`,
  minutesLeft: (minutes) => `约剩 ${minutes} 分钟`,
  waveOf: (number, waves, wave) => `波次 ${number}/${waves} ${wave}`,
  inWave: (wave, counts) => `波次 ${wave}：${counts}`,
  limitsOf: (wave, uses) => `${wave === null ? '整个批次' : `波次 ${wave}`}的限制：${uses.join(' · ')}`,
  heldBy: (what, by, reason) => `已暂停：${what}（${by}：${reason}）`,
  waitsFor: (tenant, what) => `${tenant} 等待人工：${what}`,
  waitForPerson: (count, tenants, file) =>
    `${count} 个租户等待人工：${tenants.join('、')}${count > tenants.length ? ' 等' : ''}。查看等待什么：qys-e10 status -f ${file} --tenant ${tenants.join(' ')}，qys-e10 orders list -f ${file}`,
  waitsForApproval: (wave, file) =>
    `波次 ${wave} 等待批准：qys-e10 approve -f ${file} --wave ${wave} --reason …   （或 reject）`,
  stoppedBy: (why, file) =>
    `已停止：${why}。下一步：qys-e10 resume -f ${file}${resumeOption(why)} --reason …   （或：qys-e10 abort -f ${file} --undo --reason …）`,
  resumeHint: (file, scope) => `下一步：qys-e10 resume -f ${file}${scope} --reason …`,
  retryCommand: (file, code) => `qys-e10 retry -f ${file} --code ${code} --reason …`,
  liftCommand: (file, code) => `qys-e10 retry -f ${file} --code ${code} --lift-guard --reason …`,
  liftOnce: '或放行一次：',
  then: '然后',
  severity: { info: '提示', warning: '警告', blocking: '阻断' },
  ordered: (verb, what) => `${verb}：${what}`,
  noScreen: '此处没有屏幕（未设置 DISPLAY）。请在能看到窗口的地方登录：本机、VNC 或 ssh -X。',
  noChromium: '未找到 Chromium、Chrome 或 Edge。请安装，或用 QYS_E10_CHROMIUM=/path/to/chromium 指定',
  noBrowserDriver: (tenants) => `不是由浏览器操作（qiyuesuo.driver）：${tenants.join(', ')}`,
  logInAt: (tenant, address) => `${tenant}：将在 ${address} 打开窗口，请在其中登录，登录后窗口自动关闭。`,
  loggedIn: (tenant) => `${tenant}：已登录，会话已加密保存`,
  loggedOut: (tenant, deleted) =>
    deleted.length === 0
      ? `${tenant}：此处没有保存会话`
      : `${tenant}：已删除此处保存的会话（${deleted.join('，')}）；管理平台一侧可能仍有效，直到过期或你在该处退出`,
  loginHint: (tenant, file) => `下一步：qys-e10 console login --tenant ${tenant} -f ${file}`,
  heldBack: (request) => `已拦截：${request}`,
  noOrders: '没有待办工单',
  answersDoNotFit: (lines) => `未确认。以下内容不符合要求：\n${lines}`,
  noSuchOrder: (id) => `没有待办工单 ${id}；用 orders list 查看`,
  workOrder: (id) => `工单 ${id}`,
  undoOf: (step) => `回退 ${step}`,
  evidence: '凭证（SHA-256；截图在 worker 数据目录的 evidence/ 中，文件由提供者保管）',
  orderAnswered: (file) => `有 worker 运行时租户自动继续。单机时下一步：qys-e10 apply -f ${file}`,
  emptied: '（清空）',
  documentedKey: '操作文档中的密钥',
  inVariable: (name) => `环境变量 ${name}`,
  inFile: (file) => `文件 ${file}`,
  answerSheet: (unanswered, empty) =>
    `请替换每个 ${unanswered}。页面为空时填 ${empty}。categories：其下每行一个“名称: 回调地址”，只列有地址的分类。`,
  switchDialog: '切换时会弹出人员提示：点击【确认切换】；填写完成后点击【保存】。',
  orderNext: (id, file, reads) =>
    reads
      ? `完成后：qys-e10 orders show ${id} -f ${file} --answers > answers.yaml，填写后执行：qys-e10 orders done ${id} -f ${file} --answers answers.yaml`
      : `完成后：qys-e10 orders done ${id} -f ${file} --note …   （无法完成：orders reject ${id} -f ${file} --reason …）`,
  refused: (tenant, why) => `${tenant}：被拒绝，${why}`,
  rollbackWants:
    'rollback 需要 --tenant、--where、--wave、--failed、--not-started、--code 或 --all：不会意外回退整个批次',
  willRollBack: (tenants) =>
    `将被回退：${tenants.slice(0, 20).join('、')}${tenants.length > 20 ? ` 等共 ${tenants.length} 个` : ''}`,
  wantsTenant: (verb) => `${verb} 需要 --tenant`,
  wantsSelector: (verb) => `${verb} 至少需要以下之一：--tenant、--where、--wave、--failed、--not-started、--code`,
  endpointsAlone: (verb) => `${verb} 只能针对端点或租户之一：端点的暂停对所有使用它的租户有效。请分两次下达。`,
  endpointOfOne: (key, tenant, command) =>
    `${key} 只有 ${tenant} 使用，而端点的暂停针对共用它的多个租户。针对该租户：${command}`,
  abortsWhole: 'abort 结束整个批次。只针对部分租户时：drop 排除尚未开始的，pause 暂停运行中的，rollback 回退。',
  fitsNobody: (verb) =>
    `${verb}：所选租户当前的状态均不适用，请用 status 查看${verb === 'retry' ? '。尚未开始的租户会依次自动开始' : ''}`,
  passedOver: (verb, count) => `${verb} 不适用于所选的另外 ${count} 个租户：保持原状`,
  limitsForBatchOnly: '新的限制只能随整个批次的 resume 给出，不能用于租户、波次或端点；波次请用 limits。',
  noLimits: '请至少给出一个限制，例如 --max-errors 2%',
  abortHow: '请说明运行中的租户如何处理：--undo 或 --finish-step',
  willHappen: (tenant, step, how) =>
    how === 'undo'
      ? `  ${tenant}（${step}）：将被回退`
      : `  ${tenant}（${step}）：完成当前步骤后等待 resume 或 rollback`,
  countedAtEnd: '以上计数截至批次结束时；下列租户为当前状态。',
  noBatchRuns: '该文件没有正在运行的批次',
  interruptedBatch: '当前没有 worker 为该批次应答：执行 apply 或启动 worker 即可继续',
  nextOfBatch: (next) => `下一步：${next}`,
  placeIn: (wave, position) => `波次 ${wave}，第 ${position} 位`,
  nobodyStarts: (why) => `目前不启动租户：${why}`,
  inBatch: (batch, why) => `在批次 ${batch} 中${why && `：${why}`}`,
  ofEarlierRun: (why) => `在本批次较早的一次运行中${why && `：${why}`}`,
  notOfBatch: (file, tenant) => `它不属于正在进行的批次。加入：qys-e10 add -f ${file} --tenant ${tenant} --reason …`,
  ahead: (count) => `同一波次中还有 ${count} 个租户排在前面`,
  lists: '网页界面中的列表：',
  list: { waits: '等待人工', running: '运行中', 'rolled-back': '已回退', blocked: '被阻断' },
  more: (count) => `共 ${count} 个租户；qys-e10 report 逐一列出`,
  tooLate: (ended) => `结束于 ${ended}，已超出回退时限（文件中的 undoWindow）：没有回退任何内容`,
  standStill: '它们停在下一步之前，等待 resume 或 rollback。恢复后需要 worker 运行（单机：qys-e10 worker）。',
  goesOnWithWorker: '有 worker 运行时它们才会继续：qys-e10 worker',
  undoWaits: (file) =>
    `余下的回退等待人工：用 skip 或 retry -f ${file} --tenant … 答复，并保持一个 worker 运行（单机：qys-e10 worker）`,
  nobodyLeft: (file) => `余下的租户都无法开始：各有原因。查看：qys-e10 why -f ${file} --tenant …`,
  onlyPeople: '正在进行的都在等待人工处理。运行已保留；再次执行 apply 即可继续。',
  notBegun: (count) =>
    `另有 ${count} 个尚未开始：每个波次先从一个租户开始，正常结束后逐步加宽（可用 slowStart: false、maxConcurrency 和 limits 调整）`,
  ordersGiven: '对批次的操作，以及其规则所执行的：',
  ordersHint: (file) => `下一步：qys-e10 orders list -f ${file}`,
  ending: '正在结束：等待进行中的调用完成，最多半分钟。再按一次 Ctrl-C 立即结束。',
  interrupted: '已中断。运行已保留：再次执行同一命令即可继续。',
  timedOut: '等待时间已到。运行仍在继续：再次执行同一命令即可重新连接。',
  timedOutHere: '等待时间已到。运行已保留：再次执行同一命令即可继续。',
  nobodyPolls: (queue, command, needsBrowser) =>
    `没有 worker 服务于 ${queue}：需要它的工作一直在等待。请${needsBrowser ? '在装有 Chromium 的机器上' : ''}启动 worker：${command}`,
  troubled: (tenant, attempt, why) => `${tenant}：第 ${attempt} 次尝试：${why}`,
  dataFolder: (why) => `数据目录无法使用：${why}。请将 QYS_E10_DATA 设为可写的目录。`,
  result: (outcome, counts) => `结果：${outcome === null ? '' : `${WORDS.zh.batchOutcome[outcome]}：`}${counts}`,
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
    page: '页面',
    field: '字段',
    labels: '标签',
    controls: '控件',
    kind: '类型',
    verdict: '结论',
  },
  notStarted: '未开始',
  running: '运行中',
  waiting: '等待人工',
  cause: '原因',
  fix: '处理',
  noChanges: '无需更改',
  changes: (count) => `${count} 项更改`,
  changesUnknown: '改动未知：尚无人查看其管理平台',
  empty: '（空）',
  validFile: (file, tenants, waves) => `${file}：有效；${tenants} 个租户，${waves} 个波次`,
  inspecting: (done, total) => `已检查 ${done}/${total} 个租户`,
  rolledBack: (tenant, how) => `${tenant}：${how}`,
  nothingToUndo: '没有可回退的内容：这里没有该租户的运行记录',
  nothingLeft: '没有剩余可回退的内容',
  willNotStart: '没有可回退的内容：尚未开始，本批次中也不会再开始',
  writesUnknown: '无法得知该次运行写入了什么：请对照报告人工核对控制台',
  workerRuns: (sites) => `工作进程服务于：${sites}。按 Ctrl-C 结束。`,
  coordinatorRuns: '工作进程服务于：协调器。按 Ctrl-C 结束。',
  workerWithoutBrowser: '本机没有 Chromium：driver: browser 的租户由有浏览器的 worker 处理。',
  boardRuns: (url) => `看板：${url}   按 Ctrl-C 结束。`,
  boardInTheOpen:
    '看板在本机之外以明文监听：请在前面放置反向代理，并用 --public-url 指明其地址（docs/board.zh-CN.md）。',
  boardNeedsTrust: '--user-header 以代理所说为准：请同时给出 --trust-proxy，并确保只有代理能访问看板。',
  doctorOk: '正常',
  doctorBad: '不正常',
  logFile: (file) => `日志在 ${file}`,
  emptySelection: '没有选中文件里的任何租户。',
  nobodyInState: '没有处于该状态的租户。',
  demoConsole: (tenant, address, user, password) => `${tenant}：管理平台 ${address}（用户 ${user}，密码 ${password}）`,
  demoLogsIn: (tenant) => `${tenant}：代操作员登录其管理平台（真实环境请用 console login）`,
  demoRuns: (why) =>
    `这里已有演示在运行（${why}）。请等它结束，或使用另一个数据目录：QYS_E10_DATA=.qys-e10-2 npm run demo`,
  demoIsOver: (dataDir, file) =>
    [
      '模拟系统已关闭，上面提到的命令无法再执行；npm run demo -- --keep 可让它们继续运行。仍可使用：',
      `  QYS_E10_DATA=${dataDir} npx qys-e10 report -f ${file}`,
      `  QYS_E10_DATA=${dataDir} npx qys-e10 report -f ${file} --people-html people      （逐人结果与图表）`,
      `  QYS_E10_DATA=${dataDir} npx qys-e10 status -f ${file}`,
      `  QYS_E10_DATA=${dataDir} npx qys-e10 worker      （Temporal 网页界面，含全部历史）`,
    ].join('\n'),
  demoIsKept: (variables, file) =>
    [
      '模拟系统会一直运行，直到按 Ctrl-C。在另一个终端载入演示用的密钥：',
      `  set -a; . ./${variables}; set +a`,
      `  npx qys-e10 status -f ${file}      （或任何其他命令，包括上面提到的）`,
    ].join('\n'),
};

export const texts: Record<Lang, Texts> = { en, zh };
