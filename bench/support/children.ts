import { fork, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** One part of a measurement in a process of its own, so that its CPU and memory are its own. */
export interface Part<Told> {
  pid: number;
  /** The first thing that it told. */
  told: Told;
  /** Sends a request and waits for the answer. */
  ask<Answer>(request: string): Promise<Answer>;
  stop(): Promise<void>;
  /** With -9, as a power cut would. */
  kill(): Promise<void>;
}

/** Forks a program of this folder; resolves when it has told something. */
export async function startPart<Told>(program: string, input: object, nodeOptions: string[] = []): Promise<Part<Told>> {
  const file = fileURLToPath(new URL(program, import.meta.url));
  const child = fork(file, [JSON.stringify(input)], { execArgv: ['--import', 'tsx', ...nodeOptions] });
  const told = await answerOf<Told>(child);
  return {
    pid: child.pid ?? 0,
    told,
    ask(request) {
      const answer = answerOf<never>(child);
      child.send(request);
      return answer;
    },
    async stop() {
      if (child.exitCode !== null) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.send('stop');
      await ended;
    },
    async kill() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function answerOf<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => reject(new Error(`a part ended with ${code}`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      resolve(message as T);
    });
  });
}

/** In the part: tells, then answers requests until it is stopped. */
export function serve(
  told: object,
  answers: Record<string, () => object | Promise<object>>,
  stop: () => Promise<void> = async () => undefined,
): void {
  let stopped: Promise<void> | undefined;
  const stopOnce = (): Promise<void> => (stopped ??= stop());
  process.send?.(told);
  process.on('message', (request: string) => {
    void (async () => {
      if (request !== 'stop') return process.send?.((await answers[request]?.()) ?? {});
      await stopOnce();
      process.disconnect();
    })();
  });
  process.on('disconnect', () => void stopOnce());
}

/** What the part was started with. */
export function inputOf<T>(): T {
  return JSON.parse(process.argv[2] ?? '{}') as T;
}

/** Processes that a process has started. From /proc: Linux only. */
export async function childrenOf(pid: number): Promise<number[]> {
  const listed = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return listed.trim().split(' ').filter(Boolean).map(Number);
}

/** What a process has used so far. From /proc: Linux only. */
export interface Usage {
  cpuSeconds: number;
  rssMiB: number;
}

const TICKS_PER_SECOND = 100;

export async function usageOf(pid: number): Promise<Usage> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return { cpuSeconds: ticks / TICKS_PER_SECOND, rssMiB: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024 };
}
