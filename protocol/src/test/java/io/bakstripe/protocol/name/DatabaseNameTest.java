package io.bakstripe.protocol.name;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.protocol.error.BakstripeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseNameTest {

    @ParameterizedTest
    @ValueSource(strings = {"shop", "a b", "größe", "数据库", "😀", "it's", "a/b|c%", "."})
    void takesAnyReadableName(String name) {
        assertThat(new DatabaseName(name).value()).isEqualTo(name);
        assertThat(new DatabaseName(name)).hasToString(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", " a", "a ", "a\nb", "a\u0000b", "\ud800", "a\udc00b", "\u0301", "\u0301\u0308"})
    void refusesWhatCannotBeAName(String name) {
        assertThatThrownBy(() -> new DatabaseName(name))
                .isInstanceOf(BakstripeException.class)
                .hasMessageStartingWith("BAK-1011");
    }

    @Test
    void takes128Characters() {
        assertThat(new DatabaseName("x".repeat(128)).value()).hasSize(128);
        assertThatThrownBy(() -> new DatabaseName("x".repeat(129))).isInstanceOf(BakstripeException.class);
    }

    @ParameterizedTest
    @CsvSource({"Shop, sHOP", "Größe, grosse", "Große, GROSSE", "café, CAFE\u0301", "ﬁle, FILE", "σας, ΣΑΣ"})
    void sameNamesDifferOnlyByCaseOrAccent(String one, String other) {
        assertThat(new DatabaseName(one).sameDatabaseAs(new DatabaseName(other)))
                .isTrue();
        assertThat(DatabaseRef.of(new InstanceName("i"), new DatabaseName(one)))
                .isEqualTo(DatabaseRef.of(new InstanceName("i"), new DatabaseName(other)));
    }

    @ParameterizedTest
    @CsvSource({"shop, shop2", "a b, ab", "数, 据", "a/b, a|b"})
    void otherNamesAreOtherDatabases(String one, String other) {
        assertThat(new DatabaseName(one).sameDatabaseAs(new DatabaseName(other)))
                .isFalse();
    }
}
