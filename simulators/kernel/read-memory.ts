/** At most so many answers are kept: a stale read is about the last few requests, not about thousands of tenants. */
const KEPT_ANSWERS = 500;
const LONGEST_ANSWER = 200_000;

/** What was answered to the last GET of an address, for faults that answer it once more. */
export interface ReadMemory {
  recall(request: Request): Response | undefined;
  keep(request: Request, answer: Response): Promise<void>;
}

/** The oldest answers are dropped first. */
export function createReadMemory(): ReadMemory {
  const answers = new Map<string, { headers: [string, string][]; body: string }>();

  return {
    recall(request) {
      const kept = request.method === 'GET' ? answers.get(request.url) : undefined;
      return kept === undefined ? undefined : new Response(kept.body, { headers: kept.headers });
    },
    async keep(request, answer) {
      if (request.method !== 'GET' || answer.status !== 200) return;
      const body = await answer.clone().text();
      if (body.length > LONGEST_ANSWER) return;
      answers.delete(request.url);
      answers.set(request.url, { headers: [...answer.headers], body });
      const oldest = answers.keys().next().value;
      if (answers.size > KEPT_ANSWERS && oldest !== undefined) answers.delete(oldest);
    },
  };
}
