import { setFlagsFromString } from 'node:v8';

/**
 * For a process with workers. Pages of people fill the heap with what is garbage a moment later; left alone, V8 lets it grow to
 * three or four times what lives on it before it collects the old generation, and that memory is taken from whoever else is on the
 * machine. Half as much again is enough, at a few percent of the CPU.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--heap-growing-percent=50');
}
