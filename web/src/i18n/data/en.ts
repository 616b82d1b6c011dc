import type zh from './zh';

const en: typeof zh = {
  search: {
    title: 'Search',
    placeholder: 'A name, a code, words of a text, pinyin initials',
    results: 'Results',
    pages: 'Pages',
    all: 'Show all results',
    keys: '↑ ↓ choose · Enter opens · Esc closes',
    arrows: 'Choose with the arrow keys',
    none: 'Nothing was found.',
    nowhere: 'stands in no record that you may see.',
    found: 'Found:',
    byKind: 'Filter by kind',
    allKinds: 'All',
    how: 'How to search',
    relaxed: 'No record holds all the words; these hold some of them.',
    truncated:
      'So many records hold these words that only a part was compared; one more word makes it exact.',
    hint: {
      words: 'Put spaces between words, one character is enough; quote what has to stand together.',
      pinyin: 'Pinyin initials work, too: kjcx.',
      codes: 'Of codes and unified social credit codes the beginning is enough.',
      script: 'Traditional script, full-width forms and capitals make no difference.',
      fewer: 'Use one word less, or another one.',
      signIn: 'After signing in, records that are not public are found, too.',
    },
  },
};
export default en;
