import type { BatchOutcome } from './batch/status.js';
import type { Step } from './steps.js';
import type { AnswerProblem, SecretWord } from './work-orders/answers.js';
import type { OrderState } from './work-orders/work-order.js';

/** Words that more than one of our interfaces says: of steps, of how batches end, of work orders, and of answers that do not fit. */
export interface Words {
  stepName: Record<Step, string>;
  /** The word itself in every language, as in JSON, in lists and in the documentation. */
  batchOutcome: Record<BatchOutcome, string>;
  orderState: Record<OrderState, string>;
  secretWord: Record<SecretWord, string>;
  answerProblem: Record<AnswerProblem, string>;
}

export const WORDS: Record<'en' | 'zh', Words> = {
  en: {
    stepName: {
      preflight: 'preflight',
      snapshot: 'snapshot',
      'switch-mode': 'switch',
      configure: 'configure',
      callback: 'callback',
      'sync-people': 'people sync',
      'rewrite-categories': 'categories',
      verify: 'verify',
    },
    batchOutcome: {
      done: 'done',
      'done-with-warnings': 'done-with-warnings',
      partial: 'partial',
      'stopped-by-limit': 'stopped-by-limit',
      aborted: 'aborted',
    },
    orderState: { open: 'open', taken: 'taken', done: 'done', rejected: 'rejected', withdrawn: 'withdrawn' },
    secretWord: {
      wanted: 'the wanted one',
      previous: 'the previous one',
      other: 'another one',
      empty: 'empty',
      hidden: 'hidden, nobody can tell',
    },
    answerProblem: {
      'unknown-field': 'The console has no such field.',
      missing: 'An answer is needed.',
      choice: 'Choose one of these.',
      secret: 'Choose one of these words, and never type the secret.',
      number: 'A number is wanted.',
      address: 'An address is wanted that begins with http:// or https://',
      'category-line': 'NAME = ADDRESS is wanted, one to a line.',
      'category-address': 'There is no address. Leave out those without one.',
      'category-twice': 'This category stands there twice.',
    },
  },
  zh: {
    stepName: {
      preflight: '预检',
      snapshot: '快照',
      'switch-mode': '切换',
      configure: '配置',
      callback: '回调',
      'sync-people': '人员同步',
      'rewrite-categories': '业务分类',
      verify: '核验',
    },
    batchOutcome: {
      done: 'done（完成）',
      'done-with-warnings': 'done-with-warnings（完成，有警告）',
      partial: 'partial（部分完成）',
      'stopped-by-limit': 'stopped-by-limit（因限制停止）',
      aborted: 'aborted（已中止）',
    },
    orderState: { open: '待办', taken: '处理中', done: '已完成', rejected: '已拒绝', withdrawn: '已撤回' },
    secretWord: { wanted: '目标值', previous: '原值', other: '其他值', empty: '空', hidden: '被隐藏，无法得知' },
    answerProblem: {
      'unknown-field': '控制台没有该字段。',
      missing: '请填写。',
      choice: '请选择其中一项。',
      secret: '请选择其中一项，不要填写密钥。',
      number: '请填写数字。',
      address: '请填写以 http:// 或 https:// 开头的地址。',
      'category-line': '每行应为：名称 = 地址。',
      'category-address': '没有地址。没有地址的不用写。',
      'category-twice': '该业务分类出现了两次。',
    },
  },
};
