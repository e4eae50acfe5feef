// Highlights %%sql, %%explain and the answers in SQL as PostgreSQL's language.
//
// JupyterLab loads this file as it is: a container of webpack's module federation, written by hand,
// that takes what JupyterLab itself has (the shared scope) and is built by nothing.
var _JUPYTERLAB = _JUPYTERLAB || {};

_JUPYTERLAB['workbench-sql'] = (() => {
  const MAGIC = /^\s*%%(sql|explain)\b/;
  const ANSWER = /^\s*%%answer\b/;
  let scope;

  // A module that JupyterLab shares; there is one version of each of these.
  async function shared(name) {
    const [version] = Object.values(scope[name]);
    return (await version.get())();
  }

  function extensionOf(model, support, { Compartment, EditorState, Prec }) {
    const marks = (model.getMetadata && model.getMetadata('workbench')) || {};
    const isSql = text =>
      MAGIC.test(text) || (marks.language === 'sql' && ANSWER.test(text));
    const language = new Compartment();
    const sql = Prec.highest(support);
    const chosen = text => (isSql(text) ? sql : []);
    const follow = EditorState.transactionExtender.of(transaction => {
      if (!transaction.docChanged) return null;
      const wanted = chosen(transaction.newDoc.sliceString(0, 200));
      // What the editor's state has, not what was said last: a transaction may never be applied.
      if ((wanted === sql) === (language.get(transaction.startState) === sql)) return null;
      return { effects: language.reconfigure(wanted) };
    });
    return [language.of(chosen(model.sharedModel.getSource())), follow];
  }

  async function plugin() {
    const codemirror = await shared('@jupyterlab/codemirror');
    const state = await shared('@codemirror/state');
    const { EditorExtensionRegistry, IEditorExtensionRegistry, IEditorLanguageRegistry } =
      codemirror;
    return {
      id: 'workbench-sql:highlighting',
      autoStart: true,
      requires: [IEditorExtensionRegistry, IEditorLanguageRegistry],
      activate: async (app, extensions, languages) => {
        const { support } = await languages.getLanguage('PostgreSQL');
        extensions.addExtension({
          name: 'workbench-sql:highlighting',
          factory: ({ model }) =>
            EditorExtensionRegistry.createImmutableExtension(extensionOf(model, support, state)),
        });
      },
    };
  }

  return {
    init: given => {
      scope = given;
    },
    get: async () => {
      const made = { __esModule: true, default: await plugin() };
      return () => made;
    },
  };
})();
