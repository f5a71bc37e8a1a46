package io.bakstripe.api.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bakstripe.protocol.instance.Login;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BearerTokensTest {
    private final BearerTokens tokens = new BearerTokens("secret");

    @ParameterizedTest
    @ValueSource(strings = {"Bearer secret", "bearer secret", "BEARER   secret"})
    void knowsTheMastersToken(String header) {
        assertThat(tokens.loginOf(header)).contains(Login.MASTER);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "secret",
                "Bearer",
                "Bearer ",
                "Bearer Secret",
                "Bearer secre",
                "Bearer secret2",
                "Basic secret",
                "Bearer secret secret"
            })
    void knowsNoOther(String header) {
        assertThat(tokens.loginOf(header)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " "})
    void acceptsNoBlankToken(String blank) {
        assertThatIllegalArgumentException().isThrownBy(() -> new BearerTokens(blank));
    }

    @Test
    void doesNotLetAnEmptyCredentialIn() {
        assertThat(tokens.loginOf("Bearer \"\"")).isEmpty();
    }
}
