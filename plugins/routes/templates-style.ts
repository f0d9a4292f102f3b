/** The page's looks: a drawing table in daylight or at night. */

export const style = `:root {
  color-scheme: light dark;
  --paper: #f6f4f0; --sheet: #fffefb; --ink: #201e1b; --soft: #6b655d; --line: #e2ddd4; --mark: #a8431f; --on-mark: #fff;
  --glow: #f5e3da; --bad: #b3261e; --bad-glow: #fbe9e7; --odd: #8a5a00; --odd-glow: #fdf1d8; --fine: #2d6a4f;
  --shadow: 0 1px 2px rgb(40 30 20 / 6%), 0 12px 32px -12px rgb(40 30 20 / 18%);
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #171614; --sheet: #201e1b; --ink: #eeebe5; --soft: #a39c92; --line: #37332e; --mark: #f0916a; --on-mark: #241208;
    --glow: #3a2a22; --bad: #ffb4ab; --bad-glow: #45211d; --odd: #f2c46d; --odd-glow: #3b2f17; --fine: #8fd0af;
    --shadow: 0 1px 2px rgb(0 0 0 / 30%), 0 16px 40px -12px rgb(0 0 0 / 60%);
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1, h2, p, ul, figure { margin: 0; }
h1 { font-size: 17px; letter-spacing: -0.01em; }
ul { padding: 0; list-style: none; }
a { color: var(--mark); }
button, input, select, textarea { font: inherit; color: inherit; }
:focus-visible { outline: 2px solid var(--mark); outline-offset: 2px; }

.top { display: flex; align-items: center; gap: 10px; padding: 14px 24px; border-bottom: 1px solid var(--line); }
.top nav { margin-left: auto; }
#live { display: flex; align-items: center; gap: 7px; margin-left: 8px; min-width: 0; color: var(--soft); font-size: 13px; }
#live::before { content: ""; flex: none; width: 8px; height: 8px; border-radius: 50%; background: var(--soft); }
#live[data-mood="live"]::before { background: var(--fine); }
#live[data-mood="gone"]::before, #live[data-mood="broken"]::before { background: var(--bad); }
#live span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--bad); }

.bench { display: grid; grid-template-columns: 208px minmax(0, 1fr) 340px; min-height: calc(100vh - 61px); }
.list { padding: 20px 12px; border-right: 1px solid var(--line); }
.list h2 { margin: 0 12px 6px; color: var(--soft); font-size: 12px; font-weight: 600; }
.list ul + h2 { margin-top: 20px; }
.list a { display: flex; align-items: baseline; gap: 6px; padding: 5px 12px; border-radius: 7px; color: inherit; text-decoration: none; }
.list li { white-space: nowrap; }
.list a:hover { background: var(--line); }
.list a[aria-current] { background: var(--glow); color: var(--mark); font-weight: 600; }
.list small { color: var(--soft); font-weight: 400; }

main { padding: 22px 28px 40px; }
.heading { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 12px; margin-bottom: 14px; }
.heading h2 { font-size: 24px; line-height: 1.2; letter-spacing: -0.02em; }
.heading p { color: var(--soft); }
.tools { display: flex; flex-wrap: wrap; gap: 10px 20px; margin-bottom: 14px; }
.choices { display: flex; align-items: center; margin: 0; padding: 0; border: 0; font-size: 13px; }
.choices legend { float: left; margin-right: 8px; padding: 0; color: var(--soft); }
.choices label { position: relative; cursor: pointer; }
.choices input { position: absolute; inset: 0; margin: 0; opacity: 0; cursor: pointer; }
.choices span { display: block; padding: 3px 11px; border: 1px solid var(--line); border-left-width: 0; background: var(--sheet); }
.choices label:first-of-type span { border-left-width: 1px; border-radius: 7px 0 0 7px; }
.choices label:last-of-type span { border-radius: 0 7px 7px 0; }
.choices input:checked + span { background: var(--mark); border-color: var(--mark); color: var(--on-mark); }
.choices input:focus-visible + span { outline: 2px solid var(--mark); outline-offset: 2px; }

.stage { display: flex; flex-wrap: wrap; align-items: flex-start; gap: 22px; min-height: 200px; transition: opacity 0.15s 0.25s; }
.stage[aria-busy] { opacity: 0.75; }
.stage.stale { opacity: 0.4; }
figure { flex: 1 1 auto; width: 100%; min-width: 0; }
figcaption { margin-top: 7px; color: var(--soft); font-size: 12.5px; font-variant-numeric: tabular-nums; }
.frame { overflow: hidden; border-radius: 10px; box-shadow: 0 0 0 1px var(--line), var(--shadow); background: #fff; color: #1d1f23; }
figure.dark .frame { background: #16181c; color: #e7e9ea; }
.frame img { display: block; width: 100%; height: auto; }
.words { display: grid; gap: 1px; min-width: 0; font-size: 14px; line-height: 1.4; }
.words b, .words span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.words span { opacity: 0.65; font-size: 13px; }
.post { border: 1px solid rgb(128 128 128 / 30%); border-radius: 16px; }
.post img { aspect-ratio: 16 / 9; object-fit: cover; }
.post .words { padding: 10px 16px 12px; }
.chat { display: flex; flex-direction: column-reverse; gap: 10px; padding: 12px 14px 14px; border-left: 4px solid var(--mark); border-radius: 6px; }
.chat img { border-radius: 6px; }
.square { display: flex; align-items: center; gap: 14px; border: 1px solid rgb(128 128 128 / 30%); border-radius: 14px; padding-right: 14px; }
.square img { flex: none; width: 124px; height: 124px; object-fit: cover; }

.url { display: flex; align-items: center; gap: 8px; }
.url label { color: var(--soft); font-size: 13px; }
.url input { flex: 1; min-width: 0; font: 13px/1.5 ui-monospace, monospace; }
input, select, textarea { width: 100%; padding: 7px 10px; border: 1px solid var(--line); border-radius: 7px; background: var(--sheet); }
textarea { display: block; resize: vertical; field-sizing: content; min-height: 4em; }
button { padding: 6px 14px; border: 1px solid var(--line); border-radius: 7px; background: var(--sheet); cursor: pointer; white-space: nowrap; }
button:hover { border-color: var(--mark); color: var(--mark); }
.remarks { min-height: 20px; margin: 10px 0 18px; font-size: 14px; }
.remarks li { padding: 7px 12px; border-radius: 7px; overflow-wrap: anywhere; }
.remarks li + li { margin-top: 6px; }
.bad { background: var(--bad-glow); color: var(--bad); }
.odd { background: var(--odd-glow); color: var(--odd); }
.remarks .fine { padding: 0; color: var(--soft); font-size: 13px; }
.fine::before { content: "✓ "; color: var(--fine); }

.form { padding: 22px 24px 40px; border-left: 1px solid var(--line); }
.examples { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 5px; margin-bottom: 16px; font-size: 13px; }
.examples h2 { width: 100%; font-size: 15px; }
.examples span { color: var(--soft); margin-right: 3px; }
.examples button { padding: 2px 9px; }
.field { margin-bottom: 16px; }
.over { display: flex; justify-content: space-between; align-items: baseline; margin-bottom: 4px; }
.over label { font-weight: 600; font-size: 14px; }
.over em { margin-left: 8px; color: var(--mark); font-weight: 400; font-size: 12.5px; font-style: normal; }
.count, .field p { color: var(--soft); font-size: 12.5px; }
.count { font-variant-numeric: tabular-nums; }
.field p { margin-top: 4px; line-height: 1.4; }
.color { display: flex; gap: 8px; }
.color input[type="color"] { flex: none; width: 42px; height: auto; padding: 3px; cursor: pointer; }

dialog { max-width: 400px; padding: 24px; border: 1px solid var(--line); border-radius: 14px; background: var(--sheet); color: var(--ink); box-shadow: var(--shadow); }
dialog p { margin: 6px 0 14px; color: var(--soft); }
dialog button { margin-top: 14px; background: var(--mark); border-color: var(--mark); color: var(--on-mark); }
dialog button:hover { color: var(--on-mark); }
.noscript { padding: 24px; }

@media (max-width: 1100px) {
  .bench { grid-template-columns: minmax(0, 1fr) 300px; }
  .list { grid-column: 1 / -1; display: flex; align-items: center; gap: 4px; padding: 10px 20px; border: 0; border-bottom: 1px solid var(--line); overflow-x: auto; }
  .list ul { display: flex; gap: 2px; }
  .list h2, .list ul + h2 { margin: 0 4px 0 10px; white-space: nowrap; }
}
@media (max-width: 760px) {
  .top { padding: 12px 16px; }
  .bench { display: block; }
  .list { padding: 8px; }
  main { padding: 16px 16px 24px; }
  .form { padding: 20px 16px 40px; border-left: 0; border-top: 1px solid var(--line); }
  .choices legend { min-width: 68px; }
  .choices span { padding: 3px 9px; }
  input, select, textarea { font-size: 16px; }
  .url label { display: none; }
}
@media (prefers-reduced-motion: reduce) { * { transition: none; } }
`;
