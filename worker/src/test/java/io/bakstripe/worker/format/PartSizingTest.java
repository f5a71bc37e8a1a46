package io.bakstripe.worker.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class PartSizingTest {
    private static final long FIVE_TEBIBYTES = 5L << 40;
    private static final long LARGEST_PART_OF_S3 = 5L << 30;

    @Test
    void tenThousandPartsReachTheLargestObject() {
        PartSizing sizing = PartSizing.standard();

        long sum = IntStream.rangeClosed(1, Layout.MAX_PARTS)
                .mapToLong(sizing::targetBytes)
                .sum();

        assertThat(sum).isGreaterThanOrEqualTo(FIVE_TEBIBYTES);
    }

    @Test
    void everyPartIsAlignedNeverShrinksAndStaysWithinTheStoresBounds() {
        PartSizing sizing = PartSizing.standard();
        int before = 8 << 20;

        for (int part = 1; part <= Layout.MAX_PARTS; part++) {
            int target = sizing.targetBytes(part);
            assertThat(target % Layout.ALIGNMENT).isZero();
            assertThat(target).isGreaterThanOrEqualTo(before);
            assertThat((long) target).isLessThan(LARGEST_PART_OF_S3);
            before = target;
        }
        assertThat(sizing.targetBytes(1)).isEqualTo(8 << 20);
        assertThat(sizing.targetBytes(1000)).isEqualTo(8 << 20);
        assertThat(sizing.targetBytes(1001)).isEqualTo(16 << 20);
    }

    @Test
    void refusesPartsThatTheStoreWouldRefuse() {
        assertThatThrownBy(() -> new PartSizing(4 << 20, 8 << 20, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PartSizing((5 << 20) + 8, 8 << 20, 1))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
