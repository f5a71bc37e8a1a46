package io.bakstripe.bench;

import java.util.Random;

/** Text of made-up words, few of them common and most of them rare, as in written language: zstd shrinks it as it shrinks prose. Not thread-safe. */
final class SampleText {
    private static final int WORDS = 20_000;
    private static final int SHORTEST = 2;
    private static final int LENGTHS = 9;
    private static final String LETTERS = "eeeeettttaaaooiinnsshhrrddlluccmmwfgypbvkxjqz";

    private final Random random;
    private final String[] words = new String[WORDS];

    SampleText(Random random) {
        this.random = random;
        for (int index = 0; index < WORDS; index++) {
            StringBuilder word = new StringBuilder();
            int length = SHORTEST + random.nextInt(LENGTHS);
            while (word.length() < length) {
                word.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
            }
            words[index] = word.toString();
        }
    }

    /** A word; the one of rank r comes about 1/r as often as the first. */
    String word() {
        return words[(int) Math.pow(WORDS, random.nextDouble()) - 1];
    }

    /** Appends words until {@code characters} more are there. */
    void append(StringBuilder text, int characters) {
        int end = text.length() + characters;
        while (text.length() < end) {
            text.append(word()).append(' ');
        }
        text.setLength(end);
    }
}
