import { parseArgs } from 'node:util';
import { SKINS, type WebQuirks } from './tenant/web-quirks.js';

const HELP = `Runs simulated E9, E10, Qiyuesuo clouds and their consoles until Ctrl-C, and writes a batch file for them.

  npm run simulators -- [--first-port <port>] [--skin <skin>]

  --first-port <port>  listen on this port and the following ones, so that addresses outlive a restart; default: free ports
  --skin <skin>        how the console's pages are written: ${SKINS.join(', ')}; default: element
  -h, --help           this text
`;

/** What the command line of the simulators says. */
export interface Arguments {
  /** 0: free ports. */
  firstPort: number;
  skin: WebQuirks['skin'];
}

/** What to say instead of running, and the exit code. */
export interface Explanation {
  text: string;
  code: 0 | 2;
}

/** The arguments, or the help where it is asked for or needed. */
export function readArguments(given: readonly string[]): Arguments | Explanation {
  try {
    const { values, positionals } = parseArgs({
      args: [...given],
      allowPositionals: true,
      options: {
        'first-port': { type: 'string' },
        skin: { type: 'string', default: 'element' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help === true) return { text: HELP, code: 0 };
    if (positionals.length > 1) throw new Error(`only one port is taken, not ${positionals.join(' ')}`);
    return { firstPort: portOf(values['first-port'] ?? positionals[0] ?? '0'), skin: skinOf(values.skin) };
  } catch (error) {
    return { text: `${error instanceof Error ? error.message : String(error)}\n\n${HELP}`, code: 2 };
  }
}

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port < 65_000) return port;
  throw new Error(`--first-port: ${text} is no port between 1 and 64999`);
}

function skinOf(text: string): WebQuirks['skin'] {
  const skin = SKINS.find((one) => one === text);
  if (skin !== undefined) return skin;
  throw new Error(`--skin: there is no skin ${text}, only ${SKINS.join(', ')}`);
}
