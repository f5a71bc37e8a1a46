package io.bakstripe.protocol.instance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class RoleTest {

    @Test
    void isReadInAnyCaseAndShownInLowerCase() {
        assertThat(Role.ofName("Operator")).isEqualTo(Role.OPERATOR);
        assertThat(Role.OPERATOR.displayName()).isEqualTo("operator");
    }

    @Test
    void anUnknownOneIsToldWhichThereAre() {
        assertThatThrownBy(() -> Role.ofName("boss"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there is no role 'boss'; the roles are reader, operator, master");
    }
}
