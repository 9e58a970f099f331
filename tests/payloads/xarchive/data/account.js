window.YTD.account.part0 = [
 {
  "account": {
   "email": "hello@tamrow.example",
   "createdVia": "web",
   "username": "TamrowBuild",
   "accountId": "900100",
   "createdAt": "2012-01-01T00:00:00.000Z",
   "accountDisplayName": "Tamrow Build"
  }
 }
]
