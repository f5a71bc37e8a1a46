package io.bakstripe.worker.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** At which size parts are full. */
class PartTargetsTest {
    private static final int MIB = 1 << 20;
    private static final int USUAL = 8 * MIB;
    private static final int LEAST = 5 * MIB;
    private static final int FRAME = 256 << 10;

    private static PartTargets of(long planBytes) {
        return new PartTargets(number -> USUAL, wanted -> wanted, planBytes, 10_000);
    }

    @Test
    void isAsTheNumberSaysWhileMuchIsLeft() {
        assertThat(of(1000L * MIB).bytes(2, 400L * MIB, 32L * MIB, 8L * MIB)).isEqualTo(USUAL);
    }

    @Test
    void isAsTheNumberSaysWhenNothingIsKnown() {
        assertThat(of(0).bytes(2, 40L * MIB, 40L * MIB, 10L * MIB)).isEqualTo(USUAL);
        assertThat(of(10L * MIB).bytes(1, 0, 0, 0)).isEqualTo(USUAL);
        assertThat(of(10L * MIB).bytes(2, 40L * MIB, 40L * MIB, 10L * MIB)).isEqualTo(USUAL);
    }

    @Test
    void hasRoomForAllThatIsLeftOnceThatIsLittle() {
        assertThat(of(456L * MIB).bytes(2, 400L * MIB, 32L * MIB, 8L * MIB)).isBetween(14 * MIB, 20 * MIB);
    }

    @Test
    void keepsToWhatAPartMayBeAtAll() {
        PartTargets narrow = new PartTargets(number -> USUAL, wanted -> Math.min(wanted, USUAL), 440L * MIB, 10_000);
        assertThat(narrow.bytes(2, 400L * MIB, 32L * MIB, 8L * MIB)).isEqualTo(USUAL);
    }

    @Test
    void leavesLargePartsAndTheLastOnesOfAFileAlone() {
        PartTargets large = new PartTargets(number -> 128 * MIB, wanted -> wanted, 900L * MIB, 10_000);
        assertThat(large.bytes(5, 750L * MIB, 128L * MIB, 128L * MIB)).isEqualTo(128 * MIB);
        PartTargets last = new PartTargets(number -> USUAL, wanted -> wanted, 440L * MIB, 4);
        assertThat(last.bytes(5, 400L * MIB, 32L * MIB, 8L * MIB)).isEqualTo(USUAL);
    }

    /** Whole plans, compressed four times with some noise: what lies in the last part needs no padding, wherever the plan ends. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void leavesNoRestThatWouldBePadded(long seed) {
        RandomGenerator random = new java.util.Random(seed);
        for (int plan = 0; plan < 200; plan++) {
            int frames = 100 + random.nextInt(400);
            PartTargets targets = of((long) frames * MIB);
            long before = 0;
            long plain = 0;
            long stored = 0;
            int number = 1;
            int target = targets.bytes(number, 0, 0, 0);
            for (int frame = 0; frame < frames; frame++) {
                stored += FRAME + random.nextInt(32 << 10) - (16 << 10);
                plain += MIB;
                if (stored >= target && frame < frames - 1) {
                    before += plain;
                    target = targets.bytes(++number, before, plain, stored);
                    assertThat(target).isBetween(USUAL, 3 * USUAL);
                    plain = 0;
                    stored = 0;
                }
            }
            assertThat(stored).as("%d frames", frames).isGreaterThanOrEqualTo(LEAST);
        }
    }
}
