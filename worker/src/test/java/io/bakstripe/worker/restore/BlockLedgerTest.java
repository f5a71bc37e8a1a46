package io.bakstripe.worker.restore;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class BlockLedgerTest {
    private static final int BLOCK = 8192;

    private final BlockLedger ledger = new BlockLedger();

    @Test
    void holdsBlocksThatWereWrittenOnceInAnyOrder() {
        ledger.add("base/5/1", 1000L * BLOCK, 3 * BLOCK);
        ledger.add("base/5/1", 0, BLOCK);
        ledger.add("base/5/1", 62L * BLOCK, 5 * BLOCK);

        assertThat(ledger.holds("base/5/1", 9 * BLOCK)).isTrue();
        assertThat(ledger.holds("base/5/1", 8 * BLOCK)).isFalse();
        assertThat(ledger.holds("base/5/2", 0)).isTrue();
        assertThat(ledger.knows("base/5/1")).isTrue();
        assertThat(ledger.knows("base/5/2")).isFalse();
    }

    @Test
    void holdsNothingOfWhichABlockWasWrittenTwice() {
        ledger.add("base/5/1", 62L * BLOCK, 4 * BLOCK);
        ledger.add("base/5/1", 65L * BLOCK, BLOCK);

        assertThat(ledger.holds("base/5/1", 5 * BLOCK)).isFalse();
    }

    @Test
    void holdsNothingThatIsNotInBlocks() {
        ledger.add("base/5/1", 100, BLOCK);
        ledger.add("base/5/2", 0, 100);

        assertThat(ledger.holds("base/5/1", BLOCK)).isFalse();
        assertThat(ledger.holds("base/5/2", 100)).isFalse();
    }

    @Test
    void knowsVeryManyFilesApart() {
        for (int file = 0; file < 50_000; file++) {
            ledger.add("base/5/" + file, (file % 200L) * BLOCK, BLOCK);
        }

        for (int file = 0; file < 50_000; file++) {
            assertThat(ledger.holds("base/5/" + file, BLOCK)).isTrue();
        }
    }
}
