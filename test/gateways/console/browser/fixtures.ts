/**
 * One form in the shape of each library, by hand: 版本 (a choice), 开关 (on), 地址, 密钥, 同步源 (a radio). No selector of the engine
 * is for these; each has what its library draws around a field.
 */
export const FORMS: Record<string, string> = {
  'Element UI': `<form class="el-form">
    <div class="el-form-item"><label class="el-form-item__label">版本：</label><div class="el-form-item__content">
      <div class="el-select"><div class="el-input el-input--suffix"><input readonly class="el-input__inner" value="泛微E10"></div></div></div></div>
    <div class="el-form-item"><label class="el-form-item__label">开关</label><div class="el-form-item__content">
      <div class="el-switch is-checked" role="switch" aria-checked="true"><input type="checkbox" class="el-switch__input" style="width:0;height:0;opacity:0;position:absolute"><span class="el-switch__core" style="display:inline-block;width:40px;height:20px"></span></div></div></div>
    <div class="el-form-item is-required"><label class="el-form-item__label">地 址</label><div class="el-form-item__content">
      <div class="el-input"><input class="el-input__inner" value="https://e10"></div></div></div>
    <div class="el-form-item"><label class="el-form-item__label">密钥<i class="el-icon-question">?</i></label><div class="el-form-item__content">
      <div class="el-input"><input type="password" class="el-input__inner" value="canary-secret"></div></div></div>
    <div class="el-form-item"><label class="el-form-item__label">同步源</label><div class="el-form-item__content"><div class="el-radio-group" role="radiogroup">
      <label class="el-radio is-checked"><span class="el-radio__input is-checked"><span class="el-radio__inner"></span><input type="radio" class="el-radio__original" style="opacity:0"></span><span class="el-radio__label">https接口</span></label>
      <label class="el-radio"><span class="el-radio__input"><input type="radio" class="el-radio__original" style="opacity:0"></span><span class="el-radio__label">数据库</span></label></div></div></div></form>`,
  'Element Plus': `<form class="el-form">
    <div class="el-form-item"><label class="el-form-item__label" for="v">版本</label><div class="el-form-item__content">
      <div class="el-select"><div class="el-select__wrapper"><div class="el-select__selection"><div class="el-select__selected-item el-select__input-wrapper"><input id="v" class="el-select__input" style="opacity:0" role="combobox"></div>
        <div class="el-select__selected-item el-select__placeholder"><span>泛微E10</span></div></div></div></div></div></div>
    <div class="el-form-item"><div class="el-form-item__label">开关</div><div class="el-form-item__content">
      <div class="el-switch is-checked"><input type="checkbox" role="switch" aria-checked="true" class="el-switch__input" style="width:0;height:0;opacity:0;position:absolute"><span class="el-switch__core" style="display:inline-block;width:40px;height:20px"></span></div></div></div>
    <div class="el-form-item"><label class="el-form-item__label">地址</label><div class="el-form-item__content"><div class="el-input"><input class="el-input__inner" value="https://e10"></div></div></div>
    <div class="el-form-item"><label class="el-form-item__label">密钥</label><div class="el-form-item__content"><div class="el-input"><input class="el-input__inner" value="canary-secret"></div></div></div>
    <div class="el-form-item"><label class="el-form-item__label">同步源</label><div class="el-form-item__content"><div class="el-radio-group" role="radiogroup">
      <label class="el-radio is-checked"><span class="el-radio__input is-checked"><input type="radio" checked></span><span class="el-radio__label">https接口</span></label>
      <label class="el-radio"><span class="el-radio__input"><input type="radio"></span><span class="el-radio__label">数据库</span></label></div></div></div></form>`,
  'Ant Design': `<form class="ant-form">
    <div class="ant-form-item"><div class="ant-form-item-label"><label for="a" title="版本">版本</label></div><div class="ant-form-item-control">
      <div class="ant-select"><div class="ant-select-selector"><span class="ant-select-selection-search"><input id="a" role="combobox" style="opacity:0"></span><span class="ant-select-selection-item" title="泛微E10">泛微E10</span></div></div></div></div>
    <div class="ant-form-item"><div class="ant-form-item-label"><label title="开关">开关</label></div><div class="ant-form-item-control">
      <button type="button" role="switch" aria-checked="true" class="ant-switch ant-switch-checked"><div class="ant-switch-handle"></div>　</button></div></div>
    <div class="ant-form-item"><div class="ant-form-item-label"><label class="ant-form-item-required">地址</label></div><div class="ant-form-item-control"><input class="ant-input" value="https://e10"></div></div>
    <div class="ant-form-item"><div class="ant-form-item-label"><label>密钥</label></div><div class="ant-form-item-control"><span class="ant-input-affix-wrapper"><input class="ant-input" type="password" value="canary-secret"></span></div></div>
    <div class="ant-form-item"><div class="ant-form-item-label"><label>同步源</label></div><div class="ant-form-item-control"><div class="ant-radio-group">
      <label class="ant-radio-wrapper ant-radio-wrapper-checked"><span class="ant-radio ant-radio-checked"><input type="radio" class="ant-radio-input"></span><span>https接口</span></label>
      <label class="ant-radio-wrapper"><span class="ant-radio"><input type="radio" class="ant-radio-input"></span><span>数据库</span></label></div></div></div></form>`,
  iView: `<form class="ivu-form">
    <div class="ivu-form-item"><label class="ivu-form-item-label">版本</label><div class="ivu-form-item-content">
      <div class="ivu-select"><div class="ivu-select-selection"><input type="hidden" value="E10"><span class="ivu-select-selected-value">泛微E10</span></div></div></div></div>
    <div class="ivu-form-item"><label class="ivu-form-item-label">开关</label><div class="ivu-form-item-content"><span class="ivu-switch ivu-switch-checked" style="display:inline-block;width:40px;height:20px"><input type="hidden" value="false"><span class="ivu-switch-inner"></span></span></div></div>
    <div class="ivu-form-item"><label class="ivu-form-item-label">地址</label><div class="ivu-form-item-content"><div class="ivu-input-wrapper"><input class="ivu-input" value="https://e10"></div></div></div>
    <div class="ivu-form-item"><label class="ivu-form-item-label">密钥</label><div class="ivu-form-item-content"><div class="ivu-input-wrapper"><input class="ivu-input" value="canary-secret"></div></div></div>
    <div class="ivu-form-item"><label class="ivu-form-item-label">同步源</label><div class="ivu-form-item-content"><div class="ivu-radio-group">
      <label class="ivu-radio-wrapper ivu-radio-wrapper-checked"><span class="ivu-radio ivu-radio-checked"><input type="radio" class="ivu-radio-input"></span>https接口</label>
      <label class="ivu-radio-wrapper"><span class="ivu-radio"><input type="radio" class="ivu-radio-input"></span>数据库</label></div></div></div></form>`,
  'an old table': `<table>
    <tr><td>* 版本：</td><td><select><option>泛微E9及以下版本</option><option selected>泛微E10</option></select></td></tr>
    <tr><td>开关：</td><td><input type="checkbox" checked></td></tr>
    <tr><td>* 地址：</td><td><input value="https://e10"></td></tr>
    <tr><td>密\u200b钥：</td><td><input value="canary-secret"></td></tr>
    <tr><td>同步源：</td><td><input type="radio" name="s" id="s1" checked><label for="s1">https接口</label> <input type="radio" name="s" id="s2"><label for="s2">数据库</label></td></tr></table>`,
};

/** What stands beside a form, with the words of its labels, and is none of them. */
export const DECOYS = `<nav><a href="#">地址</a></nav>
  <div style="display:none"><label>地址</label><input value="hidden"></div>
  <div style="position:absolute;left:-9999px"><label>密钥</label><input value="away"></div>
  <p>请填写地址，并保管好密钥。</p>
  <ul class="help"><li><b>地址</b> 请咨询管理员</li></ul>
  <table><tr><th>修改时间</th><th>地址</th><th>密钥</th></tr><tr><td>2026-01-01</td><td>已修改</td><td>已修改</td></tr></table>
  <div role="tablist"><div role="tab">同步源</div></div>`;
