/** Front-end libraries in whose manner the pages can be written; `table` is an old page without any. */
export const SKINS = ['element', 'ant', 'iview', 'table'] as const;

/** How the console's web pages look and behave: nobody outside has seen them, so every doubt is a switch. */
export interface WebQuirks {
  skin: (typeof SKINS)[number];
  /** Each page a document of its own, or one document and the page behind `#`. By default the old skin has documents. */
  routing: 'by-skin' | 'documents' | 'hash';
  /** The page stands in an inner frame, and the shell around it has a 保存 of its own. */
  frame: boolean;
  /** Method of reading requests. */
  readsBy: 'GET' | 'POST';
  /** Where the browser keeps the session. */
  sessionIn: 'cookie' | 'session-storage';
  /** Another user agent than the one that logged in is not logged in. */
  sessionBoundToAgent: boolean;
  /** A new login ends the sessions before it. */
  oneSession: boolean;
  /** How it shows that the session is over. */
  sessionOverAs: 'redirect' | '401' | '449' | 'login-page';
  /** The signing platform wants a login of its own. */
  signingLogin: 'same' | 'own';
  /** What stores the switch of the OA version: its dialog, or 保存. */
  switchStores: 'on-confirm' | 'with-form';
  /** What stores the switch between the callback pages: its dialog, or 保存. */
  callbackSwitchStores: 'on-confirm' | 'with-form';
  /** The link reads 切换未旧版回调, as the procedure prints it. */
  misprint: boolean;
  /** The E10 fields appear so much later than the answer that brings them. */
  lateFieldsMs: number;
  /** `masked` shows ****** and keeps the secret when it comes back; `stores-mask` takes the stars for the new secret. */
  secrets: 'shown' | 'masked' | 'stores-mask';
  /** What becomes of a save that began before somebody else saved. */
  staleSaves: 'last-wins' | 'refused';
  /** The page keeps one request open for ever. */
  longPoll: boolean;
  /** What starts a run of the people sync: 完成 of the wizard, or 立即同步. */
  runStarts: 'finish' | 'button';
  categoriesAt: 'signing' | 'console';
  /** Newer versions say 用印流程. */
  categoriesName: '业务分类' | '用印流程';
  /** The words of a row's link and of the drawer's button. */
  categoryEdit: '编辑' | '修改';
  categorySave: '保存' | '确定';
  /** The list of categories has a column with their callback addresses. */
  categoriesShowUrl: boolean;
  /** Hidden copies of labels, help texts and table heads with a label's words, odd spaces and colons. */
  decoys: boolean;
  /** Opening a part of the menu closes the others, or everything is open from the start. */
  menu: 'accordion' | 'all-open';
  /** How the menu spells the integration. */
  menuName: '泛微ecology集成' | '泛微e-cology集成';
}

/** The likelier or the nastier side of every doubt. */
export const USUAL_WEB_QUIRKS: WebQuirks = {
  skin: 'element',
  routing: 'by-skin',
  frame: false,
  readsBy: 'GET',
  sessionIn: 'cookie',
  sessionBoundToAgent: false,
  oneSession: false,
  sessionOverAs: 'redirect',
  signingLogin: 'same',
  switchStores: 'with-form',
  callbackSwitchStores: 'with-form',
  misprint: false,
  lateFieldsMs: 400,
  secrets: 'shown',
  staleSaves: 'last-wins',
  longPoll: false,
  runStarts: 'button',
  categoriesAt: 'signing',
  categoriesName: '业务分类',
  categoryEdit: '编辑',
  categorySave: '保存',
  categoriesShowUrl: false,
  decoys: true,
  menu: 'accordion',
  menuName: '泛微ecology集成',
};
