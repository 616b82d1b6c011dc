// The words of search, imports, exports, files and the collection board. No digits here either.
export default {
  search: {
    title: '搜索',
    placeholder: '名称、编码、原文里的话、拼音首字母',
    results: '结果',
    pages: '页面',
    all: '查看全部结果',
    keys: '↑ ↓ 选择 · Enter 打开 · Esc 关闭',
    arrows: '用上下键选择',
    none: '没有找到。',
    nowhere: '没有出现在任何您能看到的记录里。',
    found: '共',
    byKind: '按类别筛选',
    allKinds: '全部',
    how: '怎样搜索',
    relaxed: '没有同时含全部词的记录；下面的只含其中一部分。',
    truncated: '含这些词的太多，只比较了其中一部分；再加一个词会更准。',
    hint: {
      words: '几个词之间用空格隔开，一个字也可以；要连在一起的话，加引号。',
      pinyin: '拼音首字母也能找到，如 kjcx。',
      codes: '编码、统一社会信用代码可以只输入开头。',
      script: '繁体、全角、大小写都一样。',
      fewer: '少用一个词，或换一个说法。',
      signIn: '登录后还能看到不公开的记录。',
    },
  },
};
