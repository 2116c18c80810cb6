import { expect, it } from 'vitest';
import { forwardOf } from '../../simulators/e10/nginx.js';

const NEW = '/papi/signcenter/qiyuesuo/categoryCallback';

it.each([
  ['', 'absent'],
  ['location /other { proxy_pass http://e10; }', 'absent'],
  [`# location = /QYSPrivateCallbackServlet { proxy_pass http://e10${NEW}; }`, 'absent'],
  ['location = /QYSPrivateCallbackServlet { proxy_pass http://e10; }', 'absent'],
  [`location = /QYSPrivateCallbackServlet { proxy_pass http://e10${NEW}; }`, 'proxied'],
  [`location = /QYSPrivateCallbackServlet { rewrite ^ ${NEW} last; }`, 'proxied'],
  [`location = /QYSPrivateCallbackServlet { rewrite ^ ${NEW} break; proxy_pass http://e10; }`, 'proxied'],
  [`location = /QYSPrivateCallbackServlet { rewrite ^ ${NEW} break; }`, 'absent'],
  [`location = /QYSPrivateCallbackServlet { return 301 ${NEW}; }`, 'redirect'],
  [`location = /QYSPrivateCallbackServlet { rewrite ^ ${NEW} permanent; }`, 'redirect'],
])('reads %j as %s', (config, forward) => {
  expect(forwardOf(config)).toBe(forward);
});
