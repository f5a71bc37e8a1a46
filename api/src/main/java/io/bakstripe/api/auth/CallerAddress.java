package io.bakstripe.api.auth;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;

/** Where calls come from, as it is counted. */
public final class CallerAddress {
    private static final int NETWORK_BYTES = 8;

    private CallerAddress() {}

    /** IPv4 addresses one by one, IPv6 by the network of 64 bits that one caller usually has to himself. */
    public static String counted(InetAddress address) {
        if (!(address instanceof Inet6Address)) {
            return address.getHostAddress();
        }
        return HexFormat.ofDelimiter(":").formatHex(Arrays.copyOf(address.getAddress(), NETWORK_BYTES)) + "::/64";
    }
}
