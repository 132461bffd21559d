/**
 * A file, its signature, and the key that made it, both in Base64. As Amazon does, the key signs with SHA-1, itself as
 * well; GnuPG made them once, and nobody has the private key.
 */
export const signedPackage = {
  content: "the package\n",
  signature: [
    "iQEzBAABAgAdFiEEQpQrpuRqdeqPq54VdJpcaJ5e8BgFAmsM2H8ACgkQdJpcaJ5e8Bg4lQgAmJXeRrfQ2Hc6LCSNGBEo0xB6",
    "vggK3F5gEh8/ejqc3xiwjBLJr+/kncZ+2vQigmC4nGlBahW7x4FGwJ6hdyPsaZapbuBYhcH4kr+ztY914Rzj+LcKp+jPnQxj",
    "xDW70h1syBYZ1rNJmLJuWoi/A/AVdCbx96qu2Eqs3FUwHcS375BDy7LpW5dJivOOEG30FRAPLMN/fIY2UhJZrorOawHeTClK",
    "ODlyqcsK3HQvg/u3+XJBkgjacR1eY01adeB71dZMUBpwsaCFSgb9WNFOaCdsgjZBjMWt+ZvnICuU0d9uwmGLRuggplhTft5J",
    "cDdyk5uDM0l4MURqyfgVZ2RFfO9H8w==",
  ].join(""),
  key: [
    "mQENBGsM2H4BCAC4o29IMdPik1OCMhYdknaMXuncl31OsLbx4mkHBxUo06kqcJkKUK8gBhlkcauWTWxH8YuVO//EYLSOtI69",
    "GYMhbxClz13v0v/IPWr/tPcjHZMzkFdIvbhXyyeURFvfmTlsb11AaRKbq8PHan/54MNyWu5sPHHjIy4Spx5AyIojp1eRwM5q",
    "UQ+ZvtLcG+53ZoWSafqJSDydvTuWLMus0fz4zGrqe9KIrWTzxq50ii4cpwIk5YM/fLAdOWqsjtHQeLtz2bXU+X/gpSzN8/HV",
    "mMnTGm1VTQpGW+JGw/QeS4a1N4k7ksrOc9xDAEHV9eh0/Dp5/1zHZjuEMyTlEHpXZc+9ABEBAAG0F0EgdGVzdCBvZiBwdWx1",
    "bWktcHVwcGV0iQFOBBMBAgA4FiEEQpQrpuRqdeqPq54VdJpcaJ5e8BgFAmsM2H4CGwMFCwkIBwIGFQoJCAsCBBYCAwECHgEC",
    "F4AACgkQdJpcaJ5e8BigTQf+KthvNPG/5T+QJks2l2a2eayu6lE8k5NzTZADx46mftAJkHknceDfxsctrRCKCNUT5lRCJUQs",
    "iGH9G7GTpdIEWfEbXPNRMJmpG1KflXHIm6yc6g7DvDzffbuX2/Hqh8DRraJLpRq2i0z9Yi66wIoBBxilh1p9f6fp8XzHZVaq",
    "+BQIrUkSqphjnAQBCpWsdVPtqCtN2r6k1CTCD0Nc6qLfGeLAoDluqJVRwy8fBoR5PLm7V/LQbp6DA/py/kcxzb1W+gBO3ByI",
    "pr6zXffoKX6mV6Jjsmdu6RVp1IHA/xUnLJD3kS/6t+p6hI/BUrYZ/FEZsnwXFaFRdvOEOCsJ4C3LSw==",
  ].join(""),
};
