// Speaks with the console's server, and finds out when the session is over.

/** Words of the console: nothing was saved, or nothing could be shown. */
export class Refused extends Error {}

export function createApi(boot, ui) {
  const login = `${boot.base}/login`;

  async function call(method, path, fields) {
    const query = method === 'GET' && fields ? `?${new URLSearchParams(fields)}` : '';
    const headers = { 'X-Requested-With': 'XMLHttpRequest' };
    if (boot.sessionIn === 'session-storage') headers['X-Qys-Token'] = sessionStorage.getItem('qys-token') ?? '';
    if (method !== 'GET') headers['Content-Type'] = 'application/json;charset=UTF-8';
    const body = method === 'GET' ? undefined : JSON.stringify(fields ?? {});
    let response;
    try {
      response = await fetch(`${boot.base}/api/${path}${query}`, { method, headers, body });
    } catch {
      throw new Refused('网络异常，请稍后再试');
    }
    if (response.status === 401) return toLogin();
    if (response.status === 449) return sessionBox();
    if (response.status === 429) throw new Refused('操作频繁，请稍后再试');
    if (response.headers.get('Content-Type')?.includes('text/html')) {
      if (response.ok) return boot.sessionOverAs === 'login-page' ? showLogin(await response.text()) : toLogin();
      throw new Refused('系统异常');
    }
    if (!response.ok) throw new Refused('系统异常，请稍后再试');
    let answer;
    try {
      answer = await response.json();
    } catch {
      throw new Refused('系统异常');
    }
    if (answer.code !== 0) throw new Refused(answer.message ?? answer.title ?? '系统异常');
    return answer.result;
  }

  function toLogin() {
    window.onbeforeunload = null;
    location.assign(login);
    return new Promise(() => {});
  }

  /** The login page came in place of an answer. */
  function showLogin(text) {
    window.onbeforeunload = null;
    document.open();
    document.write(text);
    document.close();
    return new Promise(() => {});
  }

  async function sessionBox() {
    await ui.box({ title: '提示', text: '登录已失效，请重新登录', buttons: ['重新登录'] });
    return toLogin();
  }

  return {
    load: (path, fields) => call(boot.readsBy, path, fields),
    save: (path, fields) => call('POST', path, fields),
  };
}
