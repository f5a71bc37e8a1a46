package io.bakstripe.protocol.instance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoginTest {
    @ParameterizedTest
    @CsvSource({
        "READER, READER, true",
        "READER, OPERATOR, false",
        "READER, MASTER, false",
        "OPERATOR, READER, true",
        "OPERATOR, OPERATOR, true",
        "OPERATOR, MASTER, false",
        "MASTER, READER, true",
        "MASTER, OPERATOR, true",
        "MASTER, MASTER, true"
    })
    void aRoleCoversWhatLowerOnesMay(Role role, Role least, boolean covers) {
        assertThat(role.covers(least)).isEqualTo(covers);
    }

    @Test
    void theMasterLoginHasTheMasterRole() {
        assertThat(Login.MASTER).isEqualTo(new Login("master", Role.MASTER));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "-a", "a b", "a\"b", "a\nb", "größe", "a:b"})
    void namesThatCouldBeMistakenInLogsAndTokensAreRefused(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> new Login(name, Role.READER));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "nightly_backup", "Team-1.eu"})
    void plainNamesAreTaken(String name) {
        assertThat(new Login(name, Role.READER).name()).isEqualTo(name);
    }
}
