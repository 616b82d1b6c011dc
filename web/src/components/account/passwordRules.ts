const LENGTH = 10;
const KINDS = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9]/];
const KINDS_LEAST = 3;
/** Four characters that are equal or follow one another. */
const RUN = 4;

function hasRun(text: string): boolean {
  const codes = [...text].map((character) => character.codePointAt(0) ?? 0);
  return codes.some((code, at) => {
    if (at + RUN > codes.length) return false;
    return [0, 1, -1].some((step) =>
      codes.slice(at, at + RUN).every((other, index) => other === code + step * index),
    );
  });
}

/** The rules of core/password.c that can be said in advance, and whether each is met. */
export function passwordRules(password: string, name: string) {
  const kinds = KINDS.filter((kind) => kind.test(password)).length;
  const holdsName = name.length >= 3 && password.toLowerCase().includes(name.toLowerCase());
  return [
    { name: 'length', met: [...password].length >= LENGTH },
    { name: 'kinds', met: kinds >= KINDS_LEAST },
    { name: 'run', met: password !== '' && !hasRun(password) },
    { name: 'name', met: password !== '' && !holdsName },
  ];
}
