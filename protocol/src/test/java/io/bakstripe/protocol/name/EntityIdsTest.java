package io.bakstripe.protocol.name;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.protocol.error.BakstripeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EntityIdsTest {
    private static final InstanceName MAIN = new InstanceName("main");

    @ParameterizedTest
    @ValueSource(strings = {"shop", "a|b", "a/b", "a%7Cb", "größe", "数据库", "a b+c", "😀", "main|1"})
    void readBackTheNamesThatMadeThem(String name) {
        DatabaseRef ref = DatabaseRef.of(MAIN, new DatabaseName(name));

        assertThat(DatabaseRef.parse(ref.entityId())).isEqualTo(ref);
    }

    @Test
    void separateWhatSeparatorsInNamesCouldConfuse() {
        assertThat(new DatabaseRef(MAIN, "a|b").entityId()).isEqualTo("main|a%7Cb");
        assertThat(new DatabaseRef(MAIN, "a|b").entityId()).isNotEqualTo(new DatabaseRef(MAIN, "a%7Cb").entityId());
    }

    @Test
    void ofAttemptsAndStripesAreReadBack() {
        AttemptRef attempt = new AttemptRef(MAIN, new TaskId(7), 2);
        StripeRef stripe = attempt.stripe(10);

        assertThat(attempt.entityId()).isEqualTo("main|7|2");
        assertThat(stripe.entityId()).isEqualTo("main|7|2|10");
        assertThat(AttemptRef.parse(attempt.entityId())).isEqualTo(attempt);
        assertThat(StripeRef.parse(stripe.entityId())).isEqualTo(stripe);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "main", "main|1", "main|1|2|3", "main|0|1", "main|1|0", "main|x|1"})
    void ofAttemptsAreRefusedWhenMalformed(String id) {
        assertThatThrownBy(() -> AttemptRef.parse(id))
                .isInstanceOfAny(IllegalArgumentException.class, BakstripeException.class);
    }

    @Test
    void taskIdsBeginAtOne() {
        assertThatIllegalArgumentException().isThrownBy(() -> new TaskId(0));
        assertThat(new TaskId(9).next()).isGreaterThan(new TaskId(9)).isEqualTo(new TaskId(10));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-a", "_a", "a b", "a|b", "ä", "a.b"})
    void instanceNamesAreLettersDigitsHyphensAndUnderscores(String name) {
        assertThatThrownBy(() -> new InstanceName(name)).isInstanceOf(BakstripeException.class);
        assertThat(new InstanceName("A-1_b").value()).isEqualTo("A-1_b");
    }

    @ParameterizedTest
    @CsvSource({"0/0, 0/0", "16/B374D848, 16/B374D848", "ffffffff/ffffffff, FFFFFFFF/FFFFFFFF", "0/00A, 0/A"})
    void lsnsAreReadAndWrittenAsPostgresqlDoes(String text, String written) {
        assertThat(Lsn.parse(text)).hasToString(written);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "1", "1/", "/1", "123456789/0", "0/123456789", "x/y"})
    void lsnsAreRefusedWhenMalformed(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Lsn.parse(text));
    }

    @Test
    void lsnsAreComparedUnsigned() {
        assertThat(Lsn.parse("80000000/0")).isGreaterThan(Lsn.parse("7FFFFFFF/FFFFFFFF"));
    }
}
