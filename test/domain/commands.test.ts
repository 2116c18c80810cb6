import { describe, expect, it } from 'vitest';
import { catalogue } from '../../src/domain/finding-catalogue.js';
import { commandLine, commandsFor } from '../../src/domain/commands.js';
import { FINDING_CODES } from '../../src/domain/findings.js';

const OF = { file: '春季 割接.yaml', tenant: 'acme', run: 'f'.repeat(32) };

describe('a command', () => {
  it('is taken by a shell as it stands', () => {
    expect(commandLine('report', '-f', "it's mine.yaml")).toBe("qys-e10 report -f 'it'\\''s mine.yaml'");
    expect(commandLine('report', '-f', './批次.yaml')).toBe('qys-e10 report -f ./批次.yaml');
  });

  it.each(FINDING_CODES)('that helps with %s names file and tenant', (code) => {
    for (const command of commandsFor(code, OF, 'sync'))
      expect(command).toMatch(/^qys-e10 [a-z ]+ -f '春季 割接\.yaml' --tenant acme( |$)/);
  });

  it.each(['sync', 'retry'] as const)('that lets the guard pass has all that %s wants', (again) => {
    expect(commandsFor('PEOPLE-GUARD', OF, again)).toEqual([
      `qys-e10 ${again} -f '春季 割接.yaml' --tenant acme --lift-guard --reason …`,
    ]);
    expect(commandsFor('PEOPLE-GUARD', OF, null)).toEqual([]);
  });

  it('about people stands in no text of the catalogue: there it could not be whole', () => {
    const texts = Object.values(catalogue).flatMap(({ en, zh }) => [en, zh]);

    expect(texts.filter(({ fix }) => /qys-e10 (people|sync)/.test(fix))).toEqual([]);
  });
});
