package io.bakstripe.worker.restore;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LongTableTest {
    @Test
    void keepsEveryNumberWhileItGrows() {
        LongTable table = new LongTable();
        Map<Long, Long> expected = new HashMap<>();
        SplittableRandom random = new SplittableRandom(11);
        for (int i = 0; i < 200_000; i++) {
            long hash = random.nextInt(50_000) * 0x9E37_79B9_7F4A_7C15L;
            table.add(hash, i);
            expected.merge(hash, (long) i, Long::sum);
        }

        expected.forEach((hash, sum) -> assertThat(table.get(hash)).isEqualTo(sum));
        assertThat(table.has(3)).isFalse();
    }

    @Test
    void keepsTheLargestNumber() {
        LongTable table = new LongTable();

        table.raise(7, 5);
        table.raise(7, 3);
        assertThat(table.get(7)).isEqualTo(5);
        table.raise(7, 6);
        assertThat(table.get(7)).isEqualTo(6);
    }

    @Test
    void tellsWhichBitsWereSetBefore() {
        LongTable table = new LongTable();

        assertThat(table.set(7, 0b101)).isZero();
        assertThat(table.set(7, 0b110)).isEqualTo(0b100);
        assertThat(table.get(7)).isEqualTo(0b111);
        assertThat(table.has(7)).isTrue();
    }
}
